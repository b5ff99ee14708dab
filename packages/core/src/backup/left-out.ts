import { numberOf } from '@postgres-backuper/base';
import type { CatalogTable } from '@postgres-backuper/format';
import { type Inventory, type Session, sql, type Toc } from '@postgres-backuper/postgres';

/** A table (or sequence) whose definition is in the backup, but whose content the server does not return. */
export interface MissingData {
  readonly schema: string;
  readonly table: string;
}

/** Content that the dump lacks. */
export interface LeftOut {
  /** Not excluded by the user. */
  readonly missing: readonly MissingData[];
  /** Tables whose rows the user excluded: `schema.table`. */
  readonly withoutRows: readonly string[];
  /** For people: what a restore will lack because of an exclusion. */
  readonly warnings: readonly string[];
  /** For people: what no dump contains. */
  readonly notices: readonly string[];
}

export interface LeftOutRequest {
  readonly toc: Toc;
  readonly tables: readonly CatalogTable[];
  readonly inventory: Inventory;
  /** Oids of tables whose rows the user excluded. */
  readonly withoutRows: ReadonlySet<string>;
}

/** Compares a dump with its database. */
export async function readLeftOut(request: LeftOutRequest, session: Session): Promise<LeftOut> {
  const { toc, inventory } = request;
  const data = new Set(toc.entries.filter(({ hasData }) => hasData).map(({ oid }) => oid));
  const definitions = toc.entries.filter(({ description }) => description === 'TABLE');
  const rowless = definitions.filter(({ oid }) => inventory.tables.has(oid) && !data.has(oid)).map(({ oid }) => oid);
  const defined = new Set(toc.entries.map(({ oid }) => oid));
  const unlogged = (await readUnlogged(session)).filter(({ oid }) => defined.has(oid) && !request.withoutRows.has(oid));
  const lost = new Set(unlogged.map(({ oid }) => oid));
  const nameOf = (oid: string): string => {
    const facts = inventory.tables.get(oid);
    return `${facts?.schema}.${facts?.table}`;
  };
  return {
    missing: unlogged.map(({ schema, table }) => ({ schema, table })),
    withoutRows: rowless.filter((oid) => !lost.has(oid)).map(nameOf),
    warnings: rowless.length > 0 ? await brokenKeys(request, data, session) : [],
    notices: [...foreignTables(toc), ...(await extensionTables(inventory, session))],
  };
}

/** A standby has no content of unlogged tables and sequences: it is not in the WAL. */
function readUnlogged(session: Session): Promise<readonly (MissingData & { readonly oid: string })[]> {
  return session.query(
    sql`SELECT c.oid::text AS oid, n.nspname AS schema, c.relname AS "table"
          FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE pg_catalog.pg_is_in_recovery() AND c.relpersistence = 'u' AND c.relkind IN ('r', 'S') ORDER BY 2, 3`,
  );
}

interface ForeignKey {
  readonly oid: string;
  readonly name: string;
  /** Names and oids of the tables on both sides; those of partitioned tables are their partitions'. */
  readonly from: string;
  readonly to: string;
  readonly fromOids: readonly string[];
  readonly toOids: readonly string[];
}

/** Foreign keys from rows in the dump to rows that it lacks. */
async function brokenKeys(
  { toc, tables }: LeftOutRequest,
  data: ReadonlySet<string>,
  session: Session,
): Promise<readonly string[]> {
  const keys = new Set(toc.entries.filter(({ description }) => description === 'FK CONSTRAINT').map(({ oid }) => oid));
  if (keys.size === 0) return [];
  const rows = new Map(tables.map((table) => [table.dumpId, table.rows]));
  const filled = new Set(toc.entries.filter(({ dumpId }) => (rows.get(dumpId) ?? 0) > 0).map(({ oid }) => oid));
  const all = await session.query<ForeignKey>(FOREIGN_KEYS);
  return all
    .filter(({ oid }) => keys.has(oid))
    .filter(({ fromOids, toOids }) => fromOids.some((oid) => filled.has(oid)) && toOids.some((oid) => !data.has(oid)))
    .map(
      ({ name, from, to }) =>
        `rows of '${from}' refer to rows of '${to}' that are left out: a restore cannot make the foreign key '${name}'`,
    );
}

const FOREIGN_KEYS = sql`
WITH RECURSIVE tree AS (SELECT oid AS root, oid FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p')
                        UNION ALL SELECT t.root, i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid
                                    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relispartition),
     leaves AS (SELECT t.root, pg_catalog.array_agg(t.oid::text) AS oids FROM tree t
                  JOIN pg_catalog.pg_class c ON c.oid = t.oid AND c.relkind = 'r' GROUP BY t.root),
     named AS (SELECT c.oid, n.nspname || '.' || c.relname AS name
                 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace)
SELECT k.oid::text AS oid, k.conname AS name, f.name AS "from", t.name AS "to", fl.oids AS "fromOids", tl.oids AS "toOids"
  FROM pg_catalog.pg_constraint k JOIN named f ON f.oid = k.conrelid JOIN named t ON t.oid = k.confrelid
  JOIN leaves fl ON fl.root = k.conrelid JOIN leaves tl ON tl.root = k.confrelid
 WHERE k.contype = 'f' ORDER BY f.name, k.conname`;

function foreignTables({ entries }: Toc): readonly string[] {
  const count = entries.filter(({ description }) => description === 'FOREIGN TABLE').length;
  return count === 0 ? [] : [`rows of ${numberOf(count, 'foreign table')} stay where they are: no dump holds them`];
}

/** Tables of extensions that have rows but are not marked as configuration tables. */
async function extensionTables({ extensions }: Inventory, session: Session): Promise<readonly string[]> {
  if (extensions.length <= 1) return []; // plpgsql
  const tables = await session.query<{ name: string }>(
    sql`SELECT n.nspname || '.' || c.relname AS name FROM pg_catalog.pg_depend d
          JOIN pg_catalog.pg_class c ON c.oid = d.objid AND c.relkind = 'r' AND c.relpages > 0
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid AND NOT c.oid = ANY (coalesce(e.extconfig, '{}'))
         WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype = 'e' ORDER BY 1`,
  );
  const names = tables.map(({ name }) => `'${name}'`).join(', ');
  return tables.length === 0 ? [] : [`rows of tables that belong to an extension are in no dump: ${names}`];
}
