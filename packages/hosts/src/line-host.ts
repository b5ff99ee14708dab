import type { CommandEnd, Host, HostServices } from './host.ts';
import { createLog, type LogTexts } from './log.ts';
import { problemTexts } from './problems.ts';
import { isSkipped, YOUNG } from './skipped.ts';

/** How much somebody has to care. */
export type Level = 'debug' | 'info' | 'warning' | 'error';

export interface LineHostRequest {
  /** One line of the log with its line end, whatever the text holds. */
  readonly line: (level: Level, text: string) => string;
  /** Time between two progress lines, milliseconds. */
  readonly progressMs: number;
  /** The exit status of the process for that of the command. */
  readonly statusOf: (exit: number) => number;
}

/** Shows a command as lines that each have a level. */
export function createLineHost({ line, progressMs, statusOf }: LineHostRequest, services: HostServices): Host {
  const texts: LogTexts = {
    phase: ({ phase, text }) => line('info', `${phase}: ${text}`),
    progress: (text) => line('info', text),
    notice: (text) => line('info', text),
    warning: ({ text, hint }) => line('warning', hint === undefined ? text : `${text}: ${hint}`),
    detail: (text) => line('debug', text),
  };
  const finish = async (end: CommandEnd): Promise<number> => {
    const { exit } = end.document;
    const result = end.text.split('\n').filter((text) => text.trim() !== '');
    const lines = [
      ...[...result, ...(isSkipped(exit) ? [`skipped: ${YOUNG}`] : [])].map((text) => line('info', text)),
      ...problemTexts(end.document).map((text) => line('error', text)),
    ];
    if (lines.length > 0) services.write(lines.join(''));
    return statusOf(exit);
  };
  return { emit: createLog({ texts, progressMs }, services), finish };
}
