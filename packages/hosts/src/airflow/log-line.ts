import { escapeText } from '../escape.ts';

/** The levels of Airflow's task log. */
export type LogLevel = 'debug' | 'info' | 'warning' | 'error';

/** Airflow's log page folds lines between these marks, at any place in a line. */
const GROUP_MARK = /::((?:end)?group)::/gi;

/** `[warning] text`, always one line; whatever a terminal or Airflow's log page would obey is escaped. */
export function logLine(level: LogLevel, text: string): string {
  return `[${level}] ${escapeText(text).replace(GROUP_MARK, ': :$1: :')}\n`;
}

/** A text for people, line by line. */
export function logLines(level: LogLevel, text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => logLine(level, line)).join('');
}
