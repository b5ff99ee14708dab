import type { CatalogRole } from '@postgres-backuper/format';
import type { Session } from '../session/psql.ts';
import { sql, wholeNumber } from '../session/sql.ts';
import { type ReadProperties, readProperties } from './read-properties.ts';
import { type RolesRequest, readRoles } from './read-roles.ts';

/** What is read from the snapshot in addition to the dump. */
export interface Inventory extends ReadProperties {
  /** Size of each table's heap and TOAST by oid, for the order and the estimate of the dump. */
  readonly tables: ReadonlyMap<string, TableFacts>;
  readonly extensions: readonly { readonly name: string; readonly version: string }[];
  readonly roles: readonly CatalogRole[];
  /** The role that initdb created: pg_shdepend does not list what it owns. */
  readonly bootstrapRole: string;
  readonly largeObjects: number;
  /** Estimated bytes of all large objects. */
  readonly largeObjectBytes: number;
}

export interface InventoryRequest extends RolesRequest {
  readonly lockTimeoutMs: number;
}

export interface TableFacts {
  readonly schema: string;
  readonly table: string;
  /** relpages of the table and its TOAST table: pg_dump's workers take the largest first. */
  readonly pages: number;
  /** Current bytes on disk, 0 if unknown. */
  readonly bytes: number;
  /** Block size of the server, nearly always 8192. */
  readonly blockBytes: number;
}

/** Most tables that fit into one block hardly fill it. */
const SINGLE_BLOCK_BYTES = 1024;

/** Estimated bytes of COPY text: the table's bytes on disk; these are far too many for a table of a single block. */
export function estimatedTextBytes({ bytes, blockBytes }: TableFacts): number {
  return bytes <= blockBytes ? Math.min(bytes, SINGLE_BLOCK_BYTES) : bytes;
}

const TABLES = sql`
SELECT c.oid::text AS oid, n.nspname AS schema, c.relname AS "table",
       greatest(c.relpages, 0) + coalesce(greatest(t.relpages, 0), 0) AS pages,
       coalesce(pg_catalog.pg_relation_size(c.oid), 0) + coalesce(pg_catalog.pg_relation_size(t.oid), 0) AS bytes,
       pg_catalog.current_setting('block_size')::int AS "blockBytes"
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid
 WHERE c.relkind = 'r' AND c.relpersistence <> 't'`;

/** Waits for a lock of another session for up to `lockTimeoutMs`. Errors: lock-unavailable. */
export async function readInventory(request: InventoryRequest): Promise<Inventory> {
  const { session, shared, databaseOid, lockTimeoutMs } = request;
  const tables = await readTables(session, lockTimeoutMs);
  const [large] = await session.query<{ count: number; bytes: number }>(
    sql`SELECT count(*) AS count, coalesce(pg_catalog.pg_relation_size('pg_catalog.pg_largeobject'), 0) AS bytes
          FROM pg_catalog.pg_largeobject_metadata`,
  );
  const [bootstrap] = await shared.query<{ role: string }>(
    sql`SELECT rolname AS role FROM pg_catalog.pg_roles WHERE oid = 10`,
  );
  return {
    tables: new Map(tables.map((table) => [table.oid, table])),
    ...(await readProperties(shared, databaseOid)),
    extensions: await session.query(
      sql`SELECT extname AS name, extversion AS version FROM pg_catalog.pg_extension ORDER BY 1`,
    ),
    roles: await readRoles(request),
    bootstrapRole: bootstrap?.role ?? '',
    largeObjects: large?.count ?? 0,
    largeObjectBytes: large?.bytes ?? 0,
  };
}

/** Reading a table's size takes a lock, which waits for an exclusive one. */
async function readTables(session: Session, lockTimeoutMs: number): Promise<readonly (TableFacts & { oid: string })[]> {
  await session.execute(sql`SET lock_timeout = ${wholeNumber(lockTimeoutMs)}`);
  return session.query(TABLES);
}
