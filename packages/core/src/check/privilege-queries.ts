import { type Sql, sql } from '@postgres-backuper/postgres';

/*
 * Queries on what pg_dump reads, for PostgreSQL 14 to 18. Each query lists at most LISTED rows, each with the number of
 * all (`total`): a million unreadable tables are one sentence.
 */

const LISTED = sql`20`;

/** A table or sequence that the role cannot dump. */
export interface UnreadableRelation {
  readonly schema: string;
  readonly name: string;
  /** pg_class.relkind: `S` is a sequence. */
  readonly kind: 'r' | 'p' | 'S';
  readonly schemaUsable: boolean;
  readonly readable: boolean;
  readonly total: number;
}

export interface UnreadableLargeObject {
  readonly oid: string;
  readonly total: number;
}

export interface FilteredTable {
  readonly schema: string;
  readonly name: string;
  /** The role owns the table, and the policies apply to owners too. */
  readonly forced: boolean;
  readonly total: number;
}

/**
 * Condition on a relation `c` (pg_class) in a schema `n` (pg_namespace): pg_dump excludes system schemas, and tables of
 * extensions other than configuration tables.
 */
export const DUMPED = sql`
  c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND (NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                     AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e')
       OR EXISTS (SELECT FROM pg_catalog.pg_extension x WHERE c.oid = ANY (x.extconfig)))`;

/** Tables and sequences without SELECT, or in a schema without USAGE. */
export const UNREADABLE_RELATIONS = sql`
SELECT *, count(*) OVER () AS total FROM (
  SELECT n.nspname AS schema, c.relname AS name, c.relkind AS kind,
         pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS "schemaUsable",
         pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'S') AND ${DUMPED}) relations
 WHERE NOT ("schemaUsable" AND readable) ORDER BY schema, name LIMIT ${LISTED}`;

/** Tables whose rows a policy would filter for this role: pg_dump refuses them. */
export const FILTERED_TABLES = sql`
SELECT n.nspname AS schema, c.relname AS name, count(*) OVER () AS total,
       c.relforcerowsecurity AND pg_catalog.pg_has_role(c.relowner, 'USAGE') AS forced
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND c.relrowsecurity AND pg_catalog.row_security_active(c.oid) AND ${DUMPED}
 ORDER BY 1, 2 LIMIT ${LISTED}`;

/** Large objects without SELECT; up to version 18, pg_read_all_data does not cover them. */
export function unreadableLargeObjects(serverMajor: number): Sql {
  const readable = serverMajor >= 18 ? sql`pg_catalog.has_largeobject_privilege(m.oid, 'SELECT')` : READABLE_BEFORE_18;
  return sql`
SELECT m.oid::text AS oid, count(*) OVER () AS total FROM pg_catalog.pg_largeobject_metadata m
 WHERE NOT (${readable}) ORDER BY m.oid LIMIT ${LISTED}`;
}

const READABLE_BEFORE_18 = sql`
  pg_catalog.current_setting('lo_compat_privileges')::bool OR pg_catalog.pg_has_role(m.lomowner, 'USAGE')
  OR EXISTS (SELECT FROM pg_catalog.aclexplode(m.lomacl) a WHERE a.privilege_type = 'SELECT'
               AND (a.grantee = 0 OR pg_catalog.pg_has_role(a.grantee, 'USAGE')))`;
