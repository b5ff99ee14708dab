import { BackuperError, type Context } from '@postgres-backuper/base';
import { type CatalogTable, rowSlicesOf } from '@postgres-backuper/format';
import { noteStatement, sliceId, sql } from '@postgres-backuper/postgres';
import { copySlice } from '../copy-data.ts';
import type { CopySession } from '../copy-session.ts';
import { fileNamed, streamSlice } from '../file-stream.ts';
import type { KeptSession } from '../kept-session.ts';
import { concernsTable, type LoadServices, tableName } from '../load-table.ts';
import type { PlannedTable } from '../plan-load.ts';
import { isSettled } from './is-settled.ts';

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
  await lock(session, planned);
  if (await isSettled(session, { id: table.dumpId, run })) return void (await session.execute(sql`ROLLBACK`));
  const name = tableName(table);
  const pieces = streamSlice(services.segments, fileNamed(services.backup.catalog, table.file), number);
  const data = services.progress.watch(name, copySlice(pieces, table, number));
  const { rows: expectedRows, bytes } = sliceOf(table, number);
  const rows = await session.loadWithin({ name, copy, expectedRows }, data);
  await session.execute(noteStatement(sliceId(table.dumpId, number)), sql`COMMIT`);
  return { rows, bytes };
}

/** As a COPY does, in a transaction that it begins. */
async function lock(session: CopySession, { table, copy: { target } }: PlannedTable): Promise<void> {
  try {
    await session.execute(sql`BEGIN`, sql`LOCK TABLE ONLY ${target} IN ROW EXCLUSIVE MODE`);
  } catch (error) {
    if (!concernsTable(error)) throw error;
    const text = `table '${tableName(table)}' could not be loaded: ${error.message}`;
    throw new BackuperError(error.code, text, { hint: error.hint, cause: error });
  }
}

function sliceOf(table: CatalogTable, number: number) {
  return rowSlicesOf(table)[number - 1] ?? { rows: 0, bytes: 0 };
}
