import { escapeText } from '../escape.ts';
import type { CommandEnd, Host, HostServices } from '../host.ts';
import { createLog, type LogTexts } from '../log.ts';
import { problemTexts } from '../problems.ts';
import { isSkipped, successOfSkipped, YOUNG } from '../skipped.ts';

/** Time between two progress lines, milliseconds. */
const PROGRESS_MS = 60_000;

/** Priorities of syslog, which systemd reads at the beginning of a line (sd-daemon(3)). */
const PRIORITIES = { error: 3, warning: 4, info: 6, debug: 7 } as const;
type Level = keyof typeof PRIORITIES;

/** Shows a command as lines of the journal; without a journal, as the same lines without priorities. */
export function createMachineHost(services: HostServices): Host {
  const line = services.environment.JOURNAL_STREAM ? journalLine : plainLine;
  const texts: LogTexts = {
    phase: ({ phase, text }) => line('info', `${phase}: ${text}`),
    progress: (text) => line('info', text),
    notice: (text) => line('info', text),
    warning: ({ text, hint }) => line('warning', hint === undefined ? text : `${text}: ${hint}`),
    detail: (text) => line('debug', text),
  };
  const finish = async (end: CommandEnd): Promise<number> => {
    const { exit } = end.document;
    const result = [...end.text.split('\n').filter(Boolean), ...(isSkipped(exit) ? [`skipped: ${YOUNG}`] : [])];
    const lines = [
      ...result.map((text) => line('info', text)),
      ...problemTexts(end).map((text) => line('error', text)),
    ];
    services.write(lines.join(''));
    return successOfSkipped(exit);
  };
  return { emit: createLog({ texts, progressMs: PROGRESS_MS }, services), finish };
}

function journalLine(level: Level, text: string): string {
  return `<${PRIORITIES[level]}>${escapeText(text)}\n`;
}

/** The text alone, with its level for warnings and errors. */
function plainLine(level: Level, text: string): string {
  return level === 'error' || level === 'warning' ? `${level}: ${escapeText(text)}\n` : `${escapeText(text)}\n`;
}
