import { identifier, type Session, type Sql, sql, wholeNumber } from '@postgres-backuper/postgres';
import { DUMPED } from './privilege-queries.ts';

/*
 * Finds large values in TOAST relations without reading them: the server stores a large value in pieces, numbered from
 * 0, each of nearly a quarter of a block, four to a block.
 */

const PIECES_PER_BLOCK = 4;
/** Sampled blocks per large value: enough not to miss one by chance, wherever its pieces are. */
const PLACES_PER_VALUE = 16;

/** A table whose TOAST relation is large enough to contain a large value. */
export interface LargeTable {
  readonly schema: string;
  readonly name: string;
  readonly toastSchema: string;
  readonly toast: string;
  /** Blocks of the TOAST relation. */
  readonly blocks: number;
  /** Whether the role may read the TOAST relation: superusers and pg_read_all_data may. */
  readonly readable: boolean;
  /** Columns whose values may be in the TOAST relation. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

export interface LargeValues {
  readonly values: number;
  /** Size as stored; the value is larger if compressed. */
  readonly largestBytes: number;
}

const COLUMNS = sql`
SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', a.attname,
                  'type', pg_catalog.format_type(a.atttypid, NULL)) ORDER BY a.attnum), '[]'::json)
  FROM pg_catalog.pg_attribute a
 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attlen = -1 AND a.attstorage <> 'p'`;

/** Smallest first. Sizes are those of the files: only VACUUM updates statistics of TOAST relations. */
export function findLargeTables(session: Session, nearBytes: number): Promise<LargeTable[]> {
  return session.query<LargeTable>(sql`
SELECT schema, name, "toastSchema", toast, size / pg_catalog.current_setting('block_size')::int8 AS blocks,
       readable, columns
  FROM (SELECT n.nspname AS schema, c.relname AS name, m.nspname AS "toastSchema", t.relname AS toast,
               pg_catalog.pg_relation_size(t.oid) AS size, (${COLUMNS}) AS columns,
               pg_catalog.has_schema_privilege(m.oid, 'USAGE')
                 AND pg_catalog.has_table_privilege(t.oid, 'SELECT') AS readable
          FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid JOIN pg_catalog.pg_namespace m ON m.oid = t.relnamespace
         WHERE c.relkind = 'r' AND ${DUMPED}) tables
 WHERE size >= ${wholeNumber(nearBytes)} ORDER BY size, schema, name`);
}

/** Without these settings the planner may read the whole relation, or its whole index. */
export const READ_BY_PLACE = sql`
SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off; SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0;`;

/**
 * Finds values of at least `nearBytes` as stored. Reads blocks at a regular distance, and the last piece of each value
 * with a piece there: the work grows with the size of the relation, not with the number of its values.
 */
export async function findLargeValues(session: Session, table: LargeTable, nearBytes: number): Promise<LargeValues> {
  const toast = sql`${identifier(table.toastSchema)}.${identifier(table.toast)}`;
  const [found] = await session.query<LargeValues>(sql`
WITH seen AS (
  SELECT DISTINCT t.chunk_id AS id FROM ${placesOf(table, nearBytes)} p JOIN ${toast} t ON t.ctid = p.place),
large AS (
  SELECT id, (SELECT max(t.chunk_seq) FROM ${toast} t WHERE t.chunk_id = seen.id)::int8 AS pieces FROM seen)
SELECT count(*) AS values, coalesce(max(bytes), 0) AS "largestBytes"
  FROM (SELECT pieces * (SELECT pg_catalog.length(t.chunk_data) FROM ${toast} t
                          WHERE t.chunk_id = large.id AND t.chunk_seq = 0) AS bytes FROM large) sizes
 WHERE bytes >= ${wholeNumber(nearBytes)}`);
  return found ?? { values: 0, largestBytes: 0 };
}

function placesOf({ blocks }: LargeTable, nearBytes: number): Sql {
  const step = sql`greatest(1, ${wholeNumber(nearBytes)} / pg_catalog.current_setting('block_size')::int8
                                 / ${wholeNumber(PLACES_PER_VALUE)})`;
  const lines = sql`pg_catalog.generate_series(1, ${wholeNumber(PIECES_PER_BLOCK)}) line`;
  return sql`(SELECT pg_catalog.format('(%s,%s)', block, line)::pg_catalog.tid AS place
    FROM pg_catalog.generate_series(0::int8, ${wholeNumber(blocks)} - 1, ${step}) block, ${lines})`;
}
