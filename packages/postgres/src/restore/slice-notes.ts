import { type Sql, sql, wholeNumber } from '../session/sql.ts';

/** Dump ids have 31 bits, so that the ids of slices, in journals and in claims, are those of nothing else. */
const STEP = 2 ** 32;

/** The id of a slice of a table's rows. `number`: from 1. */
export function sliceId(dumpId: number, number: number): number {
  return number * STEP + dumpId;
}

/** Undefined: the id is that of an entry, not of a slice. */
export function parseSliceId(id: number): { readonly dumpId: number; readonly number: number } | undefined {
  return id < STEP ? undefined : { dumpId: id % STEP, number: Math.floor(id / STEP) };
}

function isSliceOf(column: Sql, dumpId: number): Sql {
  return sql`${column} >= ${wholeNumber(STEP)} AND ${column} % ${wholeNumber(STEP)} = ${wholeNumber(dumpId)}`;
}

/** A query: how many slices of a table are noted as done, and why one was refused; null: none was. */
export function slicesQuery(dumpId: number): Sql {
  return sql`SELECT
    (SELECT count(*) FROM pgbackuper_restore.done WHERE ${isSliceOf(sql`dump_id`, dumpId)}) AS done,
    (SELECT why FROM pgbackuper_restore.refused WHERE ${isSliceOf(sql`id`, dumpId)} ORDER BY id LIMIT 1) AS why`;
}

/** A statement, beside the one that empties the table: no slice of it is done. */
export function forgetSlices(dumpId: number): Sql {
  return sql`DELETE FROM pgbackuper_restore.done WHERE ${isSliceOf(sql`dump_id`, dumpId)}`;
}
