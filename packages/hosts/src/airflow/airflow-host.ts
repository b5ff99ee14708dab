import type { CommandEnd, Host, HostServices } from '../host.ts';
import { createLog, type LogTexts } from '../log.ts';
import { problemTexts } from '../problems.ts';
import { isSkipped, YOUNG } from '../skipped.ts';
import { logLine, logLines } from './log-line.ts';

/** Time between two progress texts, milliseconds. */
const PROGRESS_MS = 10_000;

/** Shows a command in the log of an Airflow task: each line begins with the level at which the operator logs it. */
export function createAirflowHost(services: HostServices): Host {
  const texts: LogTexts = {
    phase: ({ phase, text }) => logLine('info', `${phase}: ${text}`),
    progress: (text) => logLine('info', text),
    notice: (text) => logLine('info', text),
    warning: ({ text, hint }) => logLine('warning', hint === undefined ? text : `${text}: ${hint}`),
    detail: (text) => logLine('debug', text),
  };
  const finish = async (end: CommandEnd): Promise<number> => {
    const text = `${logLines('info', end.text)}${problemLines(end)}`;
    if (text !== '') services.write(text);
    return end.document.exit; // the operator knows what 99 means
  };
  return { emit: createLog({ texts, progressMs: PROGRESS_MS }, services), finish };
}

function problemLines(end: CommandEnd): string {
  const skipped = isSkipped(end.document.exit) ? logLine('info', `skipped: ${YOUNG}`) : '';
  return (
    skipped +
    problemTexts(end)
      .map((text) => logLine('error', text))
      .join('')
  );
}
