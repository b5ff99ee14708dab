import { isBackuperError } from '@postgres-backuper/base';
import type { Session } from '../session/psql.ts';
import { sql } from '../session/sql.ts';
import { type HistoryMark, makeHistoryMark } from './history-mark.ts';
import { readTableStates, type TableState } from './table-states.ts';

/** The server and what the text of rows depends on; all of it must be the same. */
export interface ServerState {
  /** Microseconds: one run of the server, whatever crashes in it. */
  readonly startedAt: string;
  /** With build and minor version. */
  readonly version: string;
  readonly systemIdentifier: string;
  readonly timeline: number;
  readonly database: string;
  readonly encoding: string;
  readonly byteaOutput: string;
}

/** What a backup keeps, so that a later one can know which tables have changed since. */
export interface ChangeMark {
  readonly server: ServerState;
  readonly history: HistoryMark;
  /** Position of the WAL: whatever the snapshot of the backup did not see was written after it. */
  readonly start: string;
  readonly tables: readonly TableState[];
}

export interface MarkSessions {
  /** Holds the snapshot of the backup. */
  readonly snapshot: Session;
  /** No transaction is open in it. */
  readonly own: Session;
}

/**
 * Makes the mark of a backup, or says why there is none. It must not be made before the snapshot. Errors:
 * server-unavailable.
 */
export async function makeChangeMark({ snapshot, own }: MarkSessions): Promise<ChangeMark | string> {
  return orReason(async () => {
    const problem = await summariesProblem(own);
    if (problem !== undefined) return problem;
    const start = await readStart(snapshot);
    if (start === undefined) return 'a transaction that began before the last checkpoint was running';
    const server = await readServerState({ snapshot, own });
    if (typeof server === 'string') return server;
    const tables = await readTableStates(snapshot);
    return { server, start, tables, history: await makeHistoryMark(own) };
  });
}

/** Runs the task; what the server refuses is a reason. */
export async function orReason<Result>(task: () => Promise<Result | string>): Promise<Result | string> {
  try {
    return await task();
  } catch (error) {
    if (isBackuperError(error, 'statement-failed')) return `the server refuses: ${error.message}`;
    throw error;
  }
}

/** Why the server does not know which blocks changed. */
export async function summariesProblem(session: Session): Promise<string | undefined> {
  const [row] = await session.query<{ version: number; recovering: boolean; on: string | null }>(sql`
SELECT pg_catalog.current_setting('server_version_num')::int AS version, pg_catalog.pg_is_in_recovery() AS recovering,
       pg_catalog.current_setting('summarize_wal', true) AS on`);
  if (row === undefined || row.version < 170000) return 'the server is older than PostgreSQL 17';
  if (row.recovering) return 'the server is a standby';
  return row.on === 'on' ? undefined : "the server's setting summarize_wal is off";
}

/** Or why they cannot be used. Errors: statement-failed, e.g. where the role may not read it. */
export async function readServerState({ snapshot, own }: MarkSessions): Promise<ServerState | string> {
  const [[one], [other]] = [await snapshot.query<ServerState>(SERVER), await own.query<ServerState>(SERVER)];
  if (one === undefined || other === undefined) return 'the server does not describe itself';
  return one.startedAt === other.startedAt ? other : 'the sessions are on different servers';
}

const SERVER = sql`
SELECT (extract(epoch FROM pg_catalog.pg_postmaster_start_time()) * 1000000)::bigint::text AS "startedAt",
       pg_catalog.version() AS version, s.system_identifier::text AS "systemIdentifier", c.timeline_id AS timeline,
       d.oid::text AS database, pg_catalog.pg_encoding_to_char(d.encoding) AS encoding, b.reset_val AS "byteaOutput"
  FROM pg_catalog.pg_control_system() s, pg_catalog.pg_control_checkpoint() c, pg_catalog.pg_database d,
       pg_catalog.pg_settings b
 WHERE d.datname = pg_catalog.current_database() AND b.name = 'bytea_output'`;

/**
 * The redo point of the last checkpoint, if no transaction that the snapshot does not see can have written before it:
 * the server reads the next transaction id of a checkpoint after its redo point.
 */
async function readStart(snapshot: Session): Promise<string | undefined> {
  const [row] = await snapshot.query<{ redo: string; next: string; xmin: string }>(sql`
SELECT c.redo_lsn::text AS redo, c.next_xid AS next,
       pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::text AS xmin
  FROM pg_catalog.pg_control_checkpoint() c`);
  const [epoch, xid] = row?.next.split(':') ?? [];
  if (row === undefined || epoch === undefined || xid === undefined) return undefined;
  const next = (BigInt(epoch) << 32n) | BigInt(xid);
  return next <= BigInt(row.xmin) ? row.redo : undefined;
}
