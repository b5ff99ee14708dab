import { escapeText } from '@postgres-backuper/base';
import { createGroups } from '../groups.ts';
import type { CommandEnd, Host, HostServices } from '../host.ts';
import { createLog } from '../log.ts';
import { paint, type Style } from '../paint.ts';
import { problemTexts } from '../problems.ts';
import { isSkipped, successOfSkipped, YOUNG } from '../skipped.ts';
import { sectionEnd, sectionStart } from './section.ts';

/** Time between two progress lines, milliseconds: a log is read, not watched. */
const PROGRESS_MS = 30_000;

/** Shows a command in a job's log: a collapsible section for each phase, problems in colour. */
export function createGitLabHost(services: HostServices): Host {
  const { write, now } = services;
  let section = '';
  let sections = 0;
  const groups = createGroups({
    title: ({ text }) => line(text),
    open: ({ phase }) => {
      sections += 1;
      section = `backup_${sections}_${phase}`; // two sections of one name would fold as one
      return `${sectionStart(section, now())}${line(phase)}`;
    },
    close: () => sectionEnd(section, now()),
    progress: line,
    notice: line,
    warning: ({ text, hint }) => line(`! ${text}${hint === undefined ? '' : `: ${hint}`}`, 'yellow'),
    detail: line,
  });
  const finish = async (end: CommandEnd): Promise<number> => {
    write([groups.end(), ...endLines(end)].join(''));
    return successOfSkipped(end.document.exit);
  };
  return { emit: createLog({ texts: groups.texts, progressMs: PROGRESS_MS }, services), finish };
}

function endLines(end: CommandEnd): readonly string[] {
  const result = end.text.split('\n').filter((text) => text !== '');
  const skipped = isSkipped(end.document.exit) ? [line(`skipped: ${YOUNG}`)] : [];
  return [
    ...result.map((text) => line(text)),
    ...skipped,
    ...problemTexts(end.document).map((text) => line(text, 'red')),
  ];
}

/** One line of the log; whatever GitLab or a terminal would obey is escaped. */
function line(text: string, colour?: Style): string {
  const shown = escapeText(text).replace(/section_(?=start|end)/g, 'section-');
  return `${colour === undefined ? shown : paint(true, colour, shown)}\n`;
}
