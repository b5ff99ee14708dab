import type { Event } from '@postgres-backuper/base';
import type { CommandEnd, Host, HostServices } from '../host.ts';
import { problemTexts } from '../problems.ts';
import { progressText } from '../progress-text.ts';
import { logLine, logLines } from './log-line.ts';

/** Time between two progress texts, milliseconds. */
const PROGRESS_MS = 10_000;

/** Shows a command in an Airflow task's log: single lines, each with its level, that the operator logs at that level. */
export function createAirflowHost({ write, verbose, elapsed }: HostServices): Host {
  let lastProgress = elapsed();
  const isProgressDue = (): boolean => {
    const now = elapsed();
    if (now - lastProgress < PROGRESS_MS) return false;
    lastProgress = now;
    return true;
  };
  /** No `default`: a new kind of event does not compile until it is shown here. */
  const eventText = (event: Event): string => {
    switch (event.type) {
      case 'phase':
        return logLine('info', `${event.phase}: ${event.text}`);
      case 'progress':
        return isProgressDue() ? logLine('info', progressText(event.progress)) : '';
      case 'notice':
        return logLine('info', event.text);
      case 'warning':
        return logLine('warning', event.hint === undefined ? event.text : `${event.text}: ${event.hint}`);
      case 'detail':
        return verbose ? logLine('debug', event.text) : '';
    }
  };
  const emit = (event: Event): void => {
    const text = eventText(event);
    if (text !== '') write(text);
  };
  const finish = async (end: CommandEnd): Promise<number> => {
    const text = `${logLines('info', end.text)}${problemLines(end)}`;
    if (text !== '') write(text);
    return end.document.exit; // the operator knows what 99 means
  };
  return { emit, finish };
}

function problemLines(end: CommandEnd): string {
  const skipped = end.document.exit === 99 ? logLine('info', 'skipped: the newest backup is young enough') : '';
  return (
    skipped +
    problemTexts(end)
      .map((text) => logLine('error', text))
      .join('')
  );
}
