import type { CatalogRole, RoleUse } from '@postgres-backuper/format';
import type { Session } from '../session/psql.ts';
import { joined, literal, type Sql, sql, wholeNumber } from '../session/sql.ts';

export interface RolesRequest {
  /** On the database itself, for its policies and user mappings. */
  readonly session: Session;
  /** On a database that has the cluster's encoding. */
  readonly shared: Session;
  readonly databaseOid: string;
}

/** Policies and user mappings of the database. They also name pinned roles, which pg_shdepend does not list. */
const NAMED = sql`
SELECT role::text AS oid, 'policy' AS use FROM pg_catalog.pg_policy, pg_catalog.unnest(polroles) role
 UNION SELECT umuser::text, 'user-mapping' FROM pg_catalog.pg_user_mappings`;

const depending = (oid: Sql): Sql => sql`
SELECT s.refobjid AS role,
       CASE WHEN s.classid = 'pg_catalog.pg_user_mapping'::pg_catalog.regclass THEN 'user-mapping'
            WHEN s.classid = 'pg_catalog.pg_default_acl'::pg_catalog.regclass THEN 'privileges'
            WHEN s.deptype = 'r' THEN 'policy' WHEN s.deptype = 'o' THEN 'owner' ELSE 'privileges' END AS use
  FROM pg_catalog.pg_shdepend s
 WHERE s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
   AND (s.dbid = ${oid} OR (s.dbid = 0 AND s.classid = 'pg_catalog.pg_database'::pg_catalog.regclass AND s.objid = ${oid}))`;

/** Roles that the database names, each with its uses. */
export async function readRoles({ session, shared, databaseOid }: RolesRequest): Promise<CatalogRole[]> {
  const named = await session.query<{ oid: string; use: RoleUse }>(NAMED);
  const also = named.map(({ oid, use }) => sql`UNION ALL SELECT ${wholeNumber(oid)}::pg_catalog.oid, ${literal(use)}`);
  return shared.query<CatalogRole>(
    sql`SELECT r.rolname AS name, pg_catalog.array_agg(DISTINCT n.use ORDER BY n.use) AS uses
          FROM (${depending(sql`${wholeNumber(databaseOid)}::pg_catalog.oid`)} ${joined(also, sql` `)}) n
          JOIN pg_catalog.pg_roles r ON r.oid = n.role GROUP BY r.rolname ORDER BY r.rolname`,
  );
}
