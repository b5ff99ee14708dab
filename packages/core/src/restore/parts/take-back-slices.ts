import { BackuperError } from '@postgres-backuper/base';
import { type CopyStatement, forgetSlices, parseSliceId, type Sql, sql } from '@postgres-backuper/postgres';
import type { KeptSession } from '../kept-session.ts';
import { concernsTable, tableName } from '../load-table.ts';
import { type PlannedTable, planLoad } from '../plan-load.ts';
import type { RestoreRun } from '../restore-run.ts';

/**
 * Empties tables of which an earlier run loaded slices alone, also those that this run does not select: it would leave a
 * part of their rows. `inSlices`: dump ids of those whose other slices this run loads, asked for where there are any. Errors: restore-failed.
 */
export async function takeBackSlices(
  { backup, toc, resumable: { done }, context }: Pick<RestoreRun, 'backup' | 'toc' | 'resumable' | 'context'>,
  { session, inSlices }: { readonly session: KeptSession; readonly inSlices: () => ReadonlySet<number> },
): Promise<void> {
  const begun = new Set(Array.from(done, (id) => parseSliceId(id)?.dumpId).filter((id) => id !== undefined));
  if (begun.size === 0) return;
  const shared = inSlices();
  const isLeft = (dumpId: number): boolean => begun.has(dumpId) && !done.has(dumpId) && !shared.has(dumpId);
  const tables = backup.catalog.tables.filter(({ dumpId }) => isLeft(dumpId));
  for (const planned of planLoad(backup, toc, tables).parallel) {
    const text = `table '${tableName(planned.table)}' is emptied: an earlier run loaded a part of its rows`;
    context.emit({ type: 'notice', text });
    await empty(planned, session);
  }
}

async function empty({ table, copy }: PlannedTable, session: KeptSession): Promise<void> {
  try {
    await (await session.get()).execute(sql`BEGIN`, ...emptied(copy, table.dumpId), sql`COMMIT`);
  } catch (error) {
    if (!concernsTable(error)) throw error;
    const text = `table '${tableName(table)}', which has a part of its rows, could not be emptied: ${error.message}`;
    throw new BackuperError('restore-failed', text, { hint: 'mend the reason', cause: error });
  }
}

/** In one transaction: first the lock, for which a slice that is being loaded is waited for. */
export function emptied({ target }: CopyStatement, dumpId: number): readonly Sql[] {
  return [sql`TRUNCATE ONLY ${target}`, forgetSlices(dumpId)];
}
