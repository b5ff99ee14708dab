import { FREE_CONNECTIONS, joined, literal, type Session, type Sql, sql } from '@postgres-backuper/postgres';
import type { Wanted } from './wanted.ts';

/** What the server says of itself and of the role that restores. */
export interface ServerRow {
  readonly serverMajor: number;
  readonly serverVersion: string;
  readonly role: string;
  readonly isSuperuser: boolean;
  readonly createsDatabases: boolean;
  readonly createsRoles: boolean;
  /** Member of pg_create_subscription. */
  readonly createsSubscriptions: boolean;
  /** The role of a provider that the role is a member of: it may do more than its attributes say. */
  readonly providerRole: string | null;
  readonly isStandby: boolean;
  /** A database of that name exists. */
  readonly isTaken: boolean;
  /** Whether that database is of a restore that did not end. */
  readonly isUnfinished: boolean;
  readonly knowsEncoding: boolean;
  readonly knowsIcu: boolean;
  /** Null: hidden from the role. */
  readonly preloaded: string | null;
  readonly freeConnections: number;
  /** Methods of TOAST compression that it was built with. */
  readonly compressions: readonly string[];
  /** Of tables, as it is now. */
  readonly accessMethods: readonly string[];
}

/** Roles by which providers give some rights of a superuser. */
const PROVIDER_ROLES = [
  ...['rds_superuser', 'cloudsqlsuperuser', 'alloydbsuperuser', 'azure_pg_admin', 'neon_superuser'],
  ...['supabase_admin', 'supabase_privileged_role', 'doadmin', 'avnadmin', 'tsdbadmin'],
];

/** Errors: those of Session.query. */
export async function readServerRow(session: Session, wanted: Wanted): Promise<ServerRow> {
  const [row] = await session.query<ServerRow>(serverQuery(wanted));
  if (row === undefined) throw new Error('the role is not in pg_roles');
  return row;
}

function serverQuery({ request, catalog }: Wanted): Sql {
  return sql`
SELECT pg_catalog.current_setting('server_version_num')::int / 10000 AS "serverMajor",
       pg_catalog.current_setting('server_version') AS "serverVersion", r.rolname AS role, r.rolsuper AS "isSuperuser",
       r.rolcreatedb OR r.rolsuper AS "createsDatabases", r.rolcreaterole OR r.rolsuper AS "createsRoles",
       EXISTS (SELECT FROM pg_catalog.pg_roles s WHERE s.rolname = 'pg_create_subscription'
                AND pg_catalog.pg_has_role(s.oid, 'USAGE')) AS "createsSubscriptions",
       (SELECT min(p.rolname::text) FROM pg_catalog.pg_roles p WHERE pg_catalog.pg_has_role(p.oid, 'USAGE')
           AND p.rolname IN (${joined(PROVIDER_ROLES.map(literal))})) AS "providerRole",
       pg_catalog.pg_is_in_recovery() AS "isStandby",
       EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = ${literal(request.database)}) AS "isTaken",
       (SELECT pg_catalog.shobj_description(oid, 'pg_database') LIKE 'unfinished: %' FROM pg_catalog.pg_database
         WHERE datname = ${literal(request.database)}) IS TRUE AS "isUnfinished",
       pg_catalog.pg_char_to_encoding(${literal(catalog.database.encoding)}) >= 0 AS "knowsEncoding",
       EXISTS (SELECT FROM pg_catalog.pg_collation WHERE collprovider = 'i') AS "knowsIcu",
       (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'shared_preload_libraries') AS preloaded,
       (SELECT enumvals FROM pg_catalog.pg_settings WHERE name = 'default_toast_compression') AS compressions,
       (SELECT pg_catalog.array_agg(amname) FROM pg_catalog.pg_am WHERE amtype = 't') AS "accessMethods",
       ${FREE_CONNECTIONS} AS "freeConnections"
  FROM pg_catalog.pg_database d, pg_catalog.pg_roles r
 WHERE d.datname = pg_catalog.current_database() AND r.rolname = current_user`;
}
