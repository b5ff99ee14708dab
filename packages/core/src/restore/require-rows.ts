import { BackuperError } from '@postgres-backuper/base';
import type { FilledDatabase } from './fill-database.ts';
import type { NotRestored } from './not-restored.ts';

/**
 * Errors: the first reason, where no table has its rows: such a database is of no use. An extension that could not be
 * created is named too: its types and functions are what the tables lack.
 */
export function requireRows({ loaded, refusedTables, objects }: FilledDatabase): void {
  const [table] = refusedTables;
  if (table === undefined || loaded.length > 0) return;
  const first = objects.find(({ object }) => object.startsWith('TABLE '));
  if (first === undefined || table.error.kind === 'damage') throw table.error;
  const extension = objects.find(({ object }) => object.startsWith('EXTENSION '));
  throw notSet({ ...first, reason: [first.reason, ...(extension ? [refusedText(extension)] : [])].join('; ') });
}

/** The first refusal ends the restore. */
export function notSet(one: Pick<NotRestored, 'object' | 'reason'>): BackuperError {
  return new BackuperError('restore-failed', refusedText(one));
}

function refusedText({ object, reason }: Pick<NotRestored, 'object' | 'reason'>): string {
  return `'${object}' could not be restored: ${reason}`;
}
