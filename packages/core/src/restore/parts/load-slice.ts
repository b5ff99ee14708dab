import type { BackuperError, Context } from '@postgres-backuper/base';
import { type CatalogTable, rowSlicesOf } from '@postgres-backuper/format';
import {
  type CopyStatement,
  forgetSlices,
  noteRefused,
  noteStatement,
  parseSliceId,
  type Sql,
  settledQuery,
  sliceId,
  slicesQuery,
  sql,
} from '@postgres-backuper/postgres';
import { copySlice } from '../copy-data.ts';
import type { CopySession } from '../copy-session.ts';
import { fileNamed, streamSlice } from '../file-stream.ts';
import type { KeptSession } from '../kept-session.ts';
import { concernsTable, type LoadServices, tableName } from '../load-table.ts';
import type { PlannedTable } from '../plan-load.ts';
import { holderGone } from './holder-gone.ts';

export interface SliceToLoad {
  readonly planned: PlannedTable;
  /** From 1. */
  readonly number: number;
  /** Of the holder. */
  readonly run: string;
}

/**
 * Loads a slice of a table in a transaction of its own, beside others, which commits after its size, SHA-256 and the
 * server's count were compared, and notes it in the journal. The table is not emptied first, so its lock is taken before
 * anything else: while it is held nobody empties the table or loads it whole, and who did it before has noted that.
 * Returns its rows, or why it has none; undefined: the table is settled. Errors: holder-gone; those of loadTable that
 * concern more than this table.
 */
export async function loadSlice(
  slice: SliceToLoad,
  { session, services }: { readonly session: KeptSession; readonly services: LoadServices },
  { signal }: Pick<Context, 'signal'>,
): Promise<{ readonly rows: number; readonly bytes: number } | { readonly error: BackuperError } | undefined> {
  try {
    return await load(await session.get(), slice, services);
  } catch (error) {
    signal.throwIfAborted();
    if (!concernsTable(error)) throw error;
    await session.close(); // and the transaction with it
    return { error };
  }
}

async function load(session: CopySession, { planned, number, run }: SliceToLoad, services: LoadServices) {
  const { table, copy } = planned;
  await session.execute(sql`BEGIN`, lockStatement(copy));
  const [now] = await session.query<{ settled: boolean; current: boolean }>(settledQuery(table.dumpId, run));
  if (now?.current !== true) throw holderGone();
  if (now.settled) return void (await session.execute(sql`ROLLBACK`));
  const name = tableName(table);
  const pieces = streamSlice(services.segments, fileNamed(services.backup.catalog, table.file), number);
  const data = services.progress.watch(name, copySlice(pieces, table, number));
  const { rows: expectedRows, bytes } = sliceOf(table, number);
  const rows = await session.loadWithin({ name, copy, expectedRows }, data);
  await session.execute(noteStatement(sliceId(table.dumpId, number)), sql`COMMIT`);
  return { rows, bytes };
}

/** That of a COPY. */
function lockStatement({ target }: CopyStatement): Sql {
  return sql`LOCK TABLE ONLY ${target} IN ROW EXCLUSIVE MODE`;
}

function sliceOf(table: CatalogTable, number: number) {
  return rowSlicesOf(table)[number - 1] ?? { rows: 0, bytes: 0 };
}

/**
 * Notes that a table is whole, when all of its slices are settled: returns true. Where one was refused, its reason is that
 * of the table, which is emptied, as one that a single session loads would be. Errors: holder-gone where a slice is neither.
 */
export async function endSlices(session: CopySession, { table, copy }: PlannedTable): Promise<boolean> {
  const { dumpId } = table;
  const [found] = await session.query<{ done: number; why: string | null }>(slicesQuery(dumpId));
  const isWhole = found?.done === rowSlicesOf(table).length;
  if (isWhole) await session.execute(noteStatement(dumpId));
  else if (found?.why == null) throw holderGone();
  else await session.execute(sql`BEGIN`, ...emptied(copy, dumpId), noteRefused(dumpId, found.why), sql`COMMIT`);
  return isWhole;
}

/** Empties tables of which an earlier run loaded slices alone: this run loads each whole, or leaves it empty. */
export async function takeBackSlices(
  tables: readonly PlannedTable[],
  done: ReadonlySet<number>,
  session: KeptSession,
): Promise<void> {
  const begun = new Set(Array.from(done, (id) => parseSliceId(id)?.dumpId));
  for (const { table, copy } of tables) {
    if (!begun.has(table.dumpId)) continue;
    await (await session.get()).execute(sql`BEGIN`, ...emptied(copy, table.dumpId), sql`COMMIT`);
  }
}

/** In one transaction: first the lock, for which a slice that is being loaded is waited for. */
function emptied({ target }: CopyStatement, dumpId: number): readonly Sql[] {
  return [sql`TRUNCATE ONLY ${target}`, forgetSlices(dumpId)];
}
