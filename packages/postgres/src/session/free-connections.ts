import { sql } from './sql.ts';

/** The type of another role's session is visible only to pg_read_all_stats; its database and role to everybody. */
const IS_CLIENT = sql`
(backend_type = 'client backend' OR (backend_type IS NULL AND datid IS NOT NULL AND usesysid IS NOT NULL))`;

/**
 * Number of connections that the server, the database `d` (pg_database) and the role `r` (pg_roles) still allow, as an
 * SQL expression. The asking session counts as taken.
 */
export const FREE_CONNECTIONS = sql`
least(pg_catalog.current_setting('max_connections')::int
        - CASE WHEN r.rolsuper THEN 0 ELSE pg_catalog.current_setting('superuser_reserved_connections')::int
            + CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_roles g WHERE g.rolname = 'pg_use_reserved_connections'
                AND pg_catalog.pg_has_role(r.oid, g.oid, 'USAGE')) THEN 0
              ELSE coalesce(pg_catalog.current_setting('reserved_connections', true)::int, 0) END END
        - (SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE ${IS_CLIENT}),
      CASE WHEN d.datconnlimit < 0 OR r.rolsuper THEN 1000000 ELSE d.datconnlimit
        - (SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE datid = d.oid AND ${IS_CLIENT}) END,
      CASE WHEN r.rolconnlimit < 0 OR r.rolsuper THEN 1000000 ELSE r.rolconnlimit
        - (SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE usesysid = r.oid) END)::int`;
