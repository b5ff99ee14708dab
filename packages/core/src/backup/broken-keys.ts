import type { CatalogTable } from '@postgres-backuper/format';
import { type Session, sql, type Toc } from '@postgres-backuper/postgres';

interface ForeignKey {
  readonly oid: string;
  readonly name: string;
  /** Names and oids of the tables on both sides; `…Oids` of a partitioned table are its partitions'. */
  readonly from: string;
  readonly to: string;
  readonly toOid: string;
  readonly fromOids: readonly string[];
  readonly toOids: readonly string[];
}

/** Foreign keys of the dump to tables that it lacks, and from its rows to rows that it lacks: sentences. */
export async function brokenKeys(
  { toc, tables }: { readonly toc: Toc; readonly tables: readonly CatalogTable[] },
  session: Session,
): Promise<readonly string[]> {
  const oidsOf = (entries: Toc['entries']): ReadonlySet<string> => new Set(entries.map(({ oid }) => oid));
  const keys = oidsOf(toc.entries.filter(({ description }) => description === 'FK CONSTRAINT'));
  if (keys.size === 0) return [];
  const defined = oidsOf(toc.entries.filter(({ description }) => description === 'TABLE'));
  const data = oidsOf(toc.entries.filter(({ hasData }) => hasData));
  const rows = new Map(tables.map((table) => [table.dumpId, table.rows]));
  const filled = oidsOf(toc.entries.filter(({ dumpId }) => (rows.get(dumpId) ?? 0) > 0));
  const all = await session.query<ForeignKey>(FOREIGN_KEYS);
  return all.flatMap((key) => {
    if (!keys.has(key.oid)) return [];
    if (!defined.has(key.toOid)) return [withoutTable(key)];
    const hasRows = key.fromOids.some((oid) => filled.has(oid));
    return hasRows && key.toOids.some((oid) => !data.has(oid)) ? [withoutRows(key)] : [];
  });
}

function withoutTable({ name, from, to }: ForeignKey): string {
  return `'${from}' refers to '${to}', which is not in the backup: a restore cannot make the foreign key '${name}'`;
}

function withoutRows({ name, from, to }: ForeignKey): string {
  return `rows of '${from}' refer to rows of '${to}' that are left out: after a restore the foreign key '${name}' is not valid`;
}

const FOREIGN_KEYS = sql`
WITH RECURSIVE tree AS (SELECT oid AS root, oid FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p')
                        UNION ALL SELECT t.root, i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid
                                    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relispartition),
     leaves AS (SELECT t.root, pg_catalog.array_agg(t.oid::text) AS oids FROM tree t
                  JOIN pg_catalog.pg_class c ON c.oid = t.oid AND c.relkind = 'r' GROUP BY t.root),
     named AS (SELECT c.oid, n.nspname || '.' || c.relname AS name
                 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace)
SELECT k.oid::text AS oid, k.conname AS name, f.name AS "from", t.name AS "to", t.oid::text AS "toOid",
       coalesce(fl.oids, '{}') AS "fromOids", coalesce(tl.oids, '{}') AS "toOids"
  FROM pg_catalog.pg_constraint k JOIN named f ON f.oid = k.conrelid JOIN named t ON t.oid = k.confrelid
  LEFT JOIN leaves fl ON fl.root = k.conrelid LEFT JOIN leaves tl ON tl.root = k.confrelid
 WHERE k.contype = 'f' ORDER BY f.name, k.conname`;
