import type { Context } from '@postgres-backuper/base';
import { type CatalogTable, rowSlicesOf } from '@postgres-backuper/format';
import { noteRefused, noteStatement, sliceId, slicesQuery, sql } from '@postgres-backuper/postgres';
import type { KeptSession } from '../kept-session.ts';
import { concernsTable } from '../load-table.ts';
import type { PlannedTable } from '../plan-load.ts';
import { holderGone } from './holder-gone.ts';
import { emptied } from './take-back-slices.ts';

/**
 * Notes that a table is whole, when all of its slices are settled: returns undefined. Where one was refused, its reason is
 * that of the table, and is returned. The table is emptied then, as one that a single session loads would be, and that is
 * noted with it. Where the server refuses that, the slices that are in stay noted. Errors: holder-gone where a slice is
 * neither; those that concern more than this table.
 */
export async function endSlices(
  { table, copy }: PlannedTable,
  kept: KeptSession,
  { signal }: Pick<Context, 'signal'>,
): Promise<string | undefined> {
  const { dumpId } = table;
  const session = await kept.get();
  const [found] = await session.query<{ done: number; why: string | null }>(slicesQuery(dumpId));
  if (found?.done === rowSlicesOf(table).length) return void (await session.execute(noteStatement(dumpId)));
  if (found?.why == null) throw holderGone();
  try {
    await session.execute(sql`BEGIN`, ...emptied(copy, dumpId), noteRefused(dumpId, found.why), sql`COMMIT`);
  } catch (error) {
    signal.throwIfAborted();
    if (!concernsTable(error)) throw error;
    await kept.close();
  }
  return found.why;
}

/** Pure. Rows of slices that are noted as done. */
export function rowsInSlices(table: CatalogTable, done: ReadonlySet<number>): number {
  const isIn = (_: unknown, index: number): boolean => done.has(sliceId(table.dumpId, index + 1));
  return rowSlicesOf(table)
    .filter(isIn)
    .reduce((sum, { rows }) => sum + rows, 0);
}
