import type { Event, Progress } from '@postgres-backuper/base';
import { escapeText } from '../escape.ts';
import type { CommandEnd, Host, HostServices } from '../host.ts';
import { problemTexts } from '../problems.ts';
import { progressText } from '../progress-text.ts';
import { sectionEnd, sectionStart } from './section.ts';

/** Time between two progress lines, milliseconds: a log is read, not watched. */
const PROGRESS_MS = 30_000;

const RED = '31';
const YELLOW = '33';

/** Shows a command in a job's log: a collapsible section for each phase, problems in colour. */
export function createGitLabHost({ write, verbose, elapsed, now }: HostServices): Host {
  let section: string | undefined;
  let sections = 0;
  let lastProgress = elapsed();
  const closedSection = (): string => {
    const closed = section === undefined ? '' : sectionEnd(section, now());
    section = undefined;
    return closed;
  };
  const openedSection = ({ phase, text }: Event & { type: 'phase' }): string => {
    const closed = closedSection();
    sections += 1;
    section = `backup_${sections}_${phase}`; // the same name twice would fold as one
    return `${closed}${sectionStart(section, now())}${line(text)}`;
  };
  const progressed = (progress: Progress): string => {
    if (elapsed() - lastProgress < PROGRESS_MS) return '';
    lastProgress = elapsed();
    return line(progressText(progress));
  };
  /** No `default`: a new kind of event does not compile until it is shown here. */
  const eventText = (event: Event): string => {
    switch (event.type) {
      case 'phase':
        return openedSection(event);
      case 'progress':
        return progressed(event.progress);
      case 'notice':
        return line(event.text);
      case 'warning':
        return line(`! ${event.text}${event.hint === undefined ? '' : `: ${event.hint}`}`, YELLOW);
      case 'detail':
        return verbose ? line(event.text) : '';
    }
  };
  const emit = (event: Event): void => {
    const text = eventText(event);
    if (text !== '') write(text);
  };
  const finish = async (end: CommandEnd): Promise<number> => {
    write([closedSection(), ...endLines(end)].join(''));
    return end.document.exit === 99 ? 0 : end.document.exit;
  };
  return { emit, finish };
}

function endLines(end: CommandEnd): readonly string[] {
  const result = end.text.split('\n').filter((text) => text !== '');
  const skipped = end.document.exit === 99 ? [line('skipped: the newest backup is young enough')] : [];
  return [...result.map((text) => line(text)), ...skipped, ...problemTexts(end).map((text) => line(text, RED))];
}

/** One line of the log; nothing in it is obeyed by GitLab or by a terminal. */
function line(text: string, colour?: string): string {
  const shown = escapeText(text).replace(/section_(?=start|end)/g, 'section-');
  return colour === undefined ? `${shown}\n` : `\u001b[${colour}m${shown}\u001b[0m\n`;
}
