import type { FullMark, ServerState, TableState } from '@postgres-backuper/format';
import type { Session } from '../session/psql.ts';
import { joined, literal, type Sql, sql } from '../session/sql.ts';
import { makeHistoryMark } from './history-mark.ts';
import { orReason } from './or-reason.ts';
import { readTableStates } from './table-states.ts';

/** What a backup must know of the server, so that a later one can know which tables have changed since. */
export interface ChangeMark extends Omit<FullMark, 'version' | 'tables'> {
  readonly tables: readonly TableState[];
}

export interface MarkSessions {
  /** Holds the snapshot of the backup; nothing that may fail is asked there. */
  readonly snapshot: Session;
  /** No transaction is open in it. */
  readonly own: Session;
}

/** Makes the mark of a backup, after its snapshot was taken; or says why there is none. Errors: those of a lost session. */
export async function makeChangeMark({ snapshot, own }: MarkSessions): Promise<ChangeMark | string> {
  return orReason(async () => {
    const problem = await summariesProblem(own);
    if (problem !== undefined) return problem;
    const start = await readStart({ snapshot, own });
    if (start === undefined) return 'a transaction that began before the last checkpoint was running';
    const server = await readServerState({ snapshot, own });
    if (typeof server === 'string') return server;
    const tables = await readTableStates(snapshot);
    return { server, start, tables, history: await makeHistoryMark(own) };
  });
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

const FUNCTIONS = [
  ...['pg_control_system()', 'pg_control_checkpoint()', 'pg_available_wal_summaries()'],
  'pg_wal_summary_contents(bigint, pg_lsn, pg_lsn)',
];

/** Why no table can be left unread, as far as it is known without a full. Errors: those of the session. */
export async function unreadProblem(session: Session): Promise<string | undefined> {
  const problem = await summariesProblem(session);
  if (problem !== undefined) return problem;
  const [rights] = await session.query<{ checkpoint: boolean; functions: string | null }>(sql`
SELECT pg_catalog.pg_has_role(current_user, 'pg_checkpoint', 'USAGE') AS checkpoint,
       (SELECT string_agg(f.name, ', ') FROM unnest(ARRAY[${joined(FUNCTIONS.map(literal))}]) AS f(name)
         WHERE NOT pg_catalog.has_function_privilege('pg_catalog.' || f.name, 'EXECUTE')) AS functions`);
  if (rights?.checkpoint !== true) return 'the role is no member of pg_checkpoint';
  return rights.functions === null ? undefined : `the role may not execute ${rights.functions}`;
}

/** Or why it cannot be used. Errors: statement-failed, e.g. where the role may not read it. */
export async function readServerState({ snapshot, own }: MarkSessions): Promise<ServerState | string> {
  const [run] = await snapshot.query<Pick<ServerState, 'startedAt'>>(sql`SELECT ${STARTED_AT} AS "startedAt"`);
  const [state] = await own.query<ServerState>(SERVER);
  if (run === undefined || state === undefined) return 'the server does not describe itself';
  return run.startedAt === state.startedAt ? state : 'the sessions are on different servers';
}

const STARTED_AT: Sql = sql`(extract(epoch FROM pg_catalog.pg_postmaster_start_time()) * 1000000)::bigint::text`;

const SERVER = sql`
SELECT ${STARTED_AT} AS "startedAt", pg_catalog.version() AS version, s.system_identifier::text AS "systemIdentifier",
       c.timeline_id AS timeline, d.oid::text AS database, pg_catalog.pg_encoding_to_char(d.encoding) AS encoding,
       b.reset_val AS "byteaOutput"
  FROM pg_catalog.pg_control_system() s, pg_catalog.pg_control_checkpoint() c, pg_catalog.pg_database d,
       pg_catalog.pg_settings b
 WHERE d.datname = pg_catalog.current_database() AND b.name = 'bytea_output'`;

/**
 * The redo point of the last checkpoint, if no transaction that the snapshot does not see can have written before it:
 * the server reads the next transaction id of a checkpoint after its redo point.
 */
async function readStart({ snapshot, own }: MarkSessions): Promise<string | undefined> {
  const [seen] = await snapshot.query<{ xmin: string }>(
    sql`SELECT pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::text AS xmin`,
  );
  const [last] = await own.query<{ redo: string; next: string }>(
    sql`SELECT redo_lsn::text AS redo, next_xid AS next FROM pg_catalog.pg_control_checkpoint()`,
  );
  const [epoch, xid] = last?.next.split(':') ?? [];
  if (seen === undefined || last === undefined || epoch === undefined || xid === undefined) return undefined;
  const next = (BigInt(epoch) << 32n) | BigInt(xid);
  return next <= BigInt(seen.xmin) ? last.redo : undefined;
}
