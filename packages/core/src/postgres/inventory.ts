import type { DatabaseProperties } from '../format/catalog.ts';
import type { Session } from './psql.ts';
import { sql, wholeNumber } from './sql.ts';

/** What the snapshot says about the database besides its dump. */
export interface Inventory {
  /** Bytes of each table's heap and TOAST by oid: order and estimate of the dump. */
  readonly tables: ReadonlyMap<string, TableFacts>;
  readonly properties: DatabaseProperties;
  readonly extensions: readonly { readonly name: string; readonly version: string }[];
  readonly roles: readonly string[];
  /** The role of initdb: what it owns is in no list of dependencies. */
  readonly bootstrapRole: string;
  readonly largeObjects: number;
  /** Estimated bytes of all large objects. */
  readonly largeObjectBytes: number;
}

export interface TableFacts {
  readonly schema: string;
  readonly table: string;
  /** relpages of the table and its TOAST table: pg_dump's workers take the largest first. */
  readonly pages: number;
  /** Bytes on disk just now, 0 where unknown. */
  readonly bytes: number;
  /** Of the server, nearly always 8192. */
  readonly blockBytes: number;
}

/** Most tables that fit into one block hardly fill it. */
const SINGLE_BLOCK_BYTES = 1024;

/** About how much COPY text the table makes: what it has on the disk, which is too much by far for a single block. */
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

const DATABASE = sql`
SELECT pg_catalog.to_jsonb(d) - 'datacl' AS d, d.datacl::text[] AS acl, pg_catalog.pg_get_userbyid(d.datdba) AS owner,
       pg_catalog.pg_encoding_to_char(d.encoding) AS encoding, t.spcname AS tablespace,
       pg_catalog.shobj_description(d.oid, 'pg_database') AS comment
  FROM pg_catalog.pg_database d JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace
 WHERE d.datname = pg_catalog.current_database()`;

const SETTINGS = sql`
SELECT r.rolname AS role, s.setconfig AS values
  FROM pg_catalog.pg_db_role_setting s LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
  JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
 WHERE d.datname = pg_catalog.current_database() ORDER BY r.rolname NULLS FIRST`;

const ROLES = sql`
SELECT DISTINCT r.rolname AS role
  FROM pg_catalog.pg_shdepend s JOIN pg_catalog.pg_roles r ON r.oid = s.refobjid
  JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
 WHERE s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
   AND (s.dbid = d.oid OR (s.dbid = 0 AND s.classid = 'pg_catalog.pg_database'::pg_catalog.regclass AND s.objid = d.oid))
 ORDER BY 1`;

/** Waits for no other session's lock for longer than `lockTimeoutMs`. Errors: lock-unavailable. */
export async function readInventory(session: Session, lockTimeoutMs: number): Promise<Inventory> {
  const tables = await readTables(session, lockTimeoutMs);
  const [large] = await session.query<{ count: number; bytes: number }>(
    sql`SELECT count(*) AS count, coalesce(pg_catalog.pg_relation_size('pg_catalog.pg_largeobject'), 0) AS bytes
          FROM pg_catalog.pg_largeobject_metadata`,
  );
  const roles = await session.query<{ role: string }>(ROLES);
  const [bootstrap] = await session.query<{ role: string }>(
    sql`SELECT rolname AS role FROM pg_catalog.pg_roles WHERE oid = 10`,
  );
  return {
    tables: new Map(tables.map((table) => [table.oid, table])),
    properties: await readProperties(session),
    extensions: await session.query(
      sql`SELECT extname AS name, extversion AS version FROM pg_catalog.pg_extension ORDER BY 1`,
    ),
    roles: roles.map((row) => row.role),
    bootstrapRole: bootstrap?.role ?? '',
    largeObjects: large?.count ?? 0,
    largeObjectBytes: large?.bytes ?? 0,
  };
}

/** Asking for a table's size takes a lock: it waits for whoever holds an exclusive one. */
async function readTables(session: Session, lockTimeoutMs: number): Promise<readonly (TableFacts & { oid: string })[]> {
  await session.execute(sql`SET lock_timeout = ${wholeNumber(lockTimeoutMs)}`);
  return session.query(TABLES);
}

interface DatabaseRow {
  readonly d: Record<string, unknown>;
  readonly acl: readonly string[] | null;
  readonly owner: string;
  readonly encoding: string;
  readonly tablespace: string;
  readonly comment: string | null;
}

const PROVIDERS: Readonly<Record<string, DatabaseProperties['localeProvider']>> = { c: 'libc', i: 'icu', b: 'builtin' };

/** Columns of pg_database differ between versions: datlocprovider from 15, daticulocale in 15 and 16, datlocale from 17. */
async function readProperties(session: Session): Promise<DatabaseProperties> {
  const [row] = await session.query<DatabaseRow>(DATABASE);
  if (row === undefined) throw new Error('the current database is not in pg_database');
  const text = (column: string): string | null =>
    typeof row.d[column] === 'string' ? (row.d[column] as string) : null;
  return {
    name: text('datname') ?? '',
    owner: row.owner,
    encoding: row.encoding,
    collate: text('datcollate') ?? 'C',
    ctype: text('datctype') ?? 'C',
    localeProvider: PROVIDERS[text('datlocprovider') ?? 'c'] ?? 'libc',
    locale: text('datlocale') ?? text('daticulocale'),
    icuRules: text('daticurules'),
    tablespace: row.tablespace,
    connectionLimit: Number(row.d.datconnlimit ?? -1),
    isTemplate: row.d.datistemplate === true,
    comment: row.comment,
    acl: row.acl,
    settings: await session.query<{ role: string | null; values: string[] }>(SETTINGS),
  };
}
