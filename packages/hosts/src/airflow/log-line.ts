import { escapeText } from '@postgres-backuper/base';
import type { Level } from '../line-host.ts';

/** Airflow's log page folds lines between these marks, at any place in a line. */
const GROUP_MARK = /::((?:end)?group)::/gi;

/** `[warning] text`, always one line; whatever a terminal or Airflow's log page would obey is escaped. */
export function logLine(level: Level, text: string): string {
  return `[${level}] ${escapeText(text).replace(GROUP_MARK, ': :$1: :')}\n`;
}
