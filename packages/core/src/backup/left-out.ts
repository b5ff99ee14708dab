import { numberOf } from '@postgres-backuper/base';
import type { CatalogTable } from '@postgres-backuper/format';
import { type Inventory, type Selection, type Session, sql, type Toc } from '@postgres-backuper/postgres';
import { brokenKeys } from './broken-keys.ts';
import { isPartial } from './completion.ts';

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
  readonly selection: Selection;
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
    warnings: rowless.length > 0 || isPartial(request.selection) ? await brokenKeys(request, session) : [],
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
