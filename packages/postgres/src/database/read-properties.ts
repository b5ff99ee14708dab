import type { DatabaseProperties } from '@postgres-backuper/format';
import type { Session } from '../session/psql.ts';
import { type Sql, sql, wholeNumber } from '../session/sql.ts';
import { unknownColumns } from './database-columns.ts';

export interface ReadProperties {
  readonly properties: DatabaseProperties;
  /** Columns of pg_database that this program does not know yet. */
  readonly unknownColumns: readonly string[];
}

interface DatabaseRow {
  readonly d: Record<string, unknown>;
  readonly acl: readonly string[] | null;
  readonly owner: string;
  readonly encoding: string;
  readonly tablespace: string;
  readonly comment: string | null;
}

const database = (oid: Sql): Sql => sql`
SELECT pg_catalog.to_jsonb(d) AS d, d.datacl::text[] AS acl, pg_catalog.pg_get_userbyid(d.datdba) AS owner,
       pg_catalog.pg_encoding_to_char(d.encoding) AS encoding, t.spcname AS tablespace,
       pg_catalog.shobj_description(d.oid, 'pg_database') AS comment
  FROM pg_catalog.pg_database d JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace
 WHERE d.oid = ${oid}`;

const settings = (oid: Sql): Sql => sql`
SELECT r.rolname AS role, s.setconfig AS values
  FROM pg_catalog.pg_db_role_setting s LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
 WHERE s.setdatabase = ${oid} ORDER BY r.rolname NULLS FIRST`;

const securityLabels = (oid: Sql): Sql => sql`
SELECT provider, label FROM pg_catalog.pg_shseclabel
 WHERE classoid = 'pg_catalog.pg_database'::pg_catalog.regclass AND objoid = ${oid} ORDER BY provider`;

const PROVIDERS: Readonly<Record<string, DatabaseProperties['localeProvider']>> = { c: 'libc', i: 'icu', b: 'builtin' };

/**
 * Reads the database's properties from the shared catalogs; `session` may be on any database. Columns of pg_database
 * differ between versions: datlocprovider from 15, daticulocale in 15 and 16, datlocale from 17.
 */
export async function readProperties(session: Session, databaseOid: string): Promise<ReadProperties> {
  const oid = sql`${wholeNumber(databaseOid)}::pg_catalog.oid`;
  const [row] = await session.query<DatabaseRow>(database(oid));
  if (row === undefined) throw new Error('the database is not in pg_database');
  const text = (column: string): string | null =>
    typeof row.d[column] === 'string' ? (row.d[column] as string) : null;
  const properties: DatabaseProperties = {
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
    securityLabels: await session.query(securityLabels(oid)),
    acl: row.acl,
    settings: await session.query<{ role: string | null; values: string[] }>(settings(oid)),
  };
  return { properties, unknownColumns: unknownColumns(row.d) };
}
