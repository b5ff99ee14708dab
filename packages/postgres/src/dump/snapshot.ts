import { BackuperError, type Context } from '@postgres-backuper/base';
import type { DatabaseIdentity } from '@postgres-backuper/format';
import { openSession, type Session } from '../session/psql.ts';
import type { Client } from '../session/server.ts';
import { sql } from '../session/sql.ts';

/** An exported snapshot, held open by a session of its own: every dump of one backup reads the same data. */
export interface Snapshot {
  /** For `pg_dump --snapshot`. */
  readonly id: string;
  /** The session that holds it: queries see the snapshot. */
  readonly session: Session;
  close(): Promise<void>;
}

/** Errors: those of openSession, statement-failed (e.g. a standby that may not export). */
export async function openSnapshot(client: Client, context: Context): Promise<Snapshot> {
  const session = await openSession(client, context);
  try {
    await session.execute(sql`BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY`);
    const [row] = await session.query<{ id: string }>(sql`SELECT pg_catalog.pg_export_snapshot() AS id`);
    if (row === undefined) throw new BackuperError('statement-failed', 'the server exported no snapshot');
    return { id: row.id, session, close: () => session.close() };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Identifies the database and its cluster. The system identifier is null if the role may not read it. */
export async function readIdentity(session: Session, host: string): Promise<DatabaseIdentity> {
  const [database] = await session.query<{ oid: string; name: string }>(
    sql`SELECT oid::text AS oid, datname AS name FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()`,
  );
  const [may] = await session.query<{ read: boolean }>(
    sql`SELECT pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS read`, // managed services may forbid it
  );
  const system = may?.read
    ? await session.query<{ id: string }>(sql`SELECT system_identifier::text AS id FROM pg_catalog.pg_control_system()`)
    : [];
  return {
    systemIdentifier: system[0]?.id ?? null,
    oid: database?.oid ?? '',
    name: database?.name ?? '',
    host,
  };
}

/**
 * Oids of tables that were dropped or whose storage was replaced since the snapshot: TRUNCATE is not MVCC-safe, so the snapshot no longer
 * sees their rows (PostgreSQL, MVCC, Caveats). Compares the snapshot's pg_class with the present one.
 */
export async function readRewrittenTables(session: Session): Promise<ReadonlySet<string>> {
  const rows = await session.query<{ oid: string }>(
    sql`SELECT oid::text AS oid FROM pg_catalog.pg_class
         WHERE relkind = 'r' AND relfilenode <> 0 AND relfilenode IS DISTINCT FROM pg_catalog.pg_relation_filenode(oid)`,
  );
  return new Set(rows.map((row) => row.oid));
}
