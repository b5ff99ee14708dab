import { escapeText, formatDuration } from '@postgres-backuper/base';
import type { UndoSwapResult } from '@postgres-backuper/core';

/** Who has which name now. */
export function undoSwapText({ database, from, kept, durationMs }: UndoSwapResult): string {
  const name = `'${escapeText(database)}'`;
  const before = kept === undefined ? '' : `the database that was ${name} until now is '${escapeText(kept)}'\n`;
  return `'${escapeText(from)}' is ${name} again, in ${formatDuration(durationMs)}\n${before}`;
}
