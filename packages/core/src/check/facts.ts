import { FREE_CONNECTIONS, PAUSED_BY_BACKUP, type Session, sql } from '@postgres-backuper/postgres';

/** Facts about the server, the database and the role, as the server reports them. */
export interface ServerFacts {
  /** e.g. `18.6` or `15.18 (Debian 15.18-0+deb12u1)` */
  readonly serverVersion: string;
  readonly serverMajor: number;
  readonly database: string;
  /** Encoding of the database: `UTF8`, `LATIN1`, … */
  readonly encoding: string;
  readonly role: string;
  readonly isSuperuser: boolean;
  /** The server is a standby. */
  readonly isStandby: boolean;
  /** Who has paused the replay of a standby: a backup that runs, or others; null: nobody. */
  readonly replayPausedBy: 'backup' | 'others' | null;
  /** The role may pause and resume the replay of a standby. */
  readonly mayPauseReplay: boolean;
  /** Number of unlogged tables: a standby has no rows of them. */
  readonly unloggedTables: number;
  /** Upper bound of the bytes to read: size of the database without its indexes. */
  readonly estimatedBytes: number;
  /** Number of ordinary tables outside of system schemas. */
  readonly tables: number;
  /** Password hashes of roles are readable, so globals.sql will hold them. */
  readonly readsPasswords: boolean;
  readonly subscriptions: number;
  /** Number of user mappings whose options (passwords of foreign servers) the role cannot read. */
  readonly hiddenMappings: number;
  /** Connections that the server, the database and the role still allow. */
  readonly freeConnections: number;
  /** Capacity of the lock table of the server, in locks. */
  readonly lockSlots: number;
  readonly locksHeld: number;
  /** Seconds until the role's password expires; null: never. */
  readonly passwordExpiresIn: number | null;
  /** Size of the largest ordinary table with its TOAST table, at the last VACUUM or ANALYZE. */
  readonly largestTableBytes: number;
}

const FACTS = sql`
SELECT pg_catalog.current_setting('server_version') AS "serverVersion",
       pg_catalog.current_setting('server_version_num')::int / 10000 AS "serverMajor",
       d.datname AS database, pg_catalog.pg_encoding_to_char(d.encoding) AS encoding,
       r.rolname AS role, r.rolsuper AS "isSuperuser", pg_catalog.pg_is_in_recovery() AS "isStandby",
       CASE WHEN pg_catalog.pg_is_in_recovery() THEN CASE WHEN pg_catalog.pg_is_wal_replay_paused() THEN
         CASE WHEN ${PAUSED_BY_BACKUP} THEN 'backup' ELSE 'others' END END END AS "replayPausedBy",
       pg_catalog.has_function_privilege('pg_catalog.pg_wal_replay_pause()', 'EXECUTE')
         AND pg_catalog.has_function_privilege('pg_catalog.pg_wal_replay_resume()', 'EXECUTE') AS "mayPauseReplay",
       greatest(0, pg_catalog.pg_database_size(d.oid) - c.index_bytes)::int8 AS "estimatedBytes", c.tables,
       c.unlogged AS "unloggedTables",
       pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS "readsPasswords",
       (SELECT count(*) FROM pg_catalog.pg_subscription WHERE subdbid = d.oid) AS subscriptions,
       (SELECT count(*) FROM pg_catalog.pg_user_mappings WHERE NOT r.rolsuper AND umoptions IS NULL
           AND umuser <> r.oid) AS "hiddenMappings",
       ${FREE_CONNECTIONS} AS "freeConnections",
       (pg_catalog.current_setting('max_locks_per_transaction')::int8
          * (pg_catalog.current_setting('max_connections')::int + pg_catalog.current_setting('autovacuum_max_workers')::int
               + pg_catalog.current_setting('max_worker_processes')::int
               + pg_catalog.current_setting('max_wal_senders')::int
               + pg_catalog.current_setting('max_prepared_transactions')::int)) AS "lockSlots",
       (SELECT count(*) FROM pg_catalog.pg_locks) AS "locksHeld",
       CASE WHEN pg_catalog.isfinite(r.rolvaliduntil)
         THEN extract(epoch FROM r.rolvaliduntil - pg_catalog.now())::int8 END AS "passwordExpiresIn",
       c.largest AS "largestTableBytes"
  FROM pg_catalog.pg_database d, pg_catalog.pg_roles r,
       (SELECT coalesce(sum(k.relpages::int8) FILTER (WHERE k.relkind = 'i'), 0)
                 * pg_catalog.current_setting('block_size')::int AS index_bytes,
               count(*) FILTER (WHERE k.relkind = 'r' AND k.relpersistence = 'u') AS unlogged,
               count(*) FILTER (WHERE k.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')
                 AS tables,
               coalesce(max(k.relpages::int8 + coalesce(t.relpages, 0))
                          FILTER (WHERE k.relkind = 'r' AND k.relpersistence = 'p' AND n.nspname !~ '^pg_'), 0)
                 * pg_catalog.current_setting('block_size')::int AS largest
          FROM pg_catalog.pg_class k JOIN pg_catalog.pg_namespace n ON n.oid = k.relnamespace
          LEFT JOIN pg_catalog.pg_class t ON t.oid = k.reltoastrelid) c
 WHERE d.datname = pg_catalog.current_database() AND r.rolname = current_user`;

export async function readFacts(session: Session): Promise<ServerFacts> {
  const [facts] = await session.query<ServerFacts>(FACTS);
  return facts as ServerFacts;
}
