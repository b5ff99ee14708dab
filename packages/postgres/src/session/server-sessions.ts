import type { Session } from './psql.ts';
import { type Sql, sql } from './sql.ts';

/** A session of this run, as the server reports it. */
export interface Other {
  readonly pid: number;
  /** Null or `disabled` if the server does not report it (track_activities). */
  readonly state: string | null;
  readonly waitsFor: string | null;
  readonly event: string | null;
  readonly since: string | null;
  readonly query: string;
  /** Rows and bytes processed, during a COPY whose progress the server reports (14 and newer). */
  readonly copy?: { readonly command: string; readonly bytes: number; readonly rows: number } | null;
}

/** Excludes sessions that watch others and the one that holds the snapshot: their state says nothing about progress. */
const sessions = (copy: Sql, from: Sql): Sql => sql`
SELECT a.pid, a.state, a.wait_event_type AS "waitsFor", a.wait_event AS event, a.state_change::text AS since,
       pg_catalog.left(a.query, 100) AS query, ${copy} AS copy
  FROM pg_catalog.pg_stat_activity a ${from}
 WHERE a.application_name = pg_catalog.current_setting('application_name') AND a.pid <> pg_catalog.pg_backend_pid()
   AND a.query NOT LIKE 'SELECT %pg_stat_%' AND a.query NOT LIKE 'SELECT %pg_export_snapshot%'
 ORDER BY a.pid`;

const WITHOUT_PROGRESS = sessions(sql`NULL::json`, sql``);
const WITH_PROGRESS = sessions(
  sql`CASE WHEN p.pid IS NOT NULL THEN pg_catalog.json_build_object(
      'command', p.command, 'bytes', p.bytes_processed, 'rows', p.tuples_processed) END`,
  sql`LEFT JOIN pg_catalog.pg_stat_progress_copy p ON p.pid = a.pid`,
);

/** Returns a reader of the sessions of this run, in the detail that the server offers. Errors: those of a query. */
export async function prepareLook(session: Session): Promise<() => Promise<readonly Other[]>> {
  const [row] = await session.query<{ reports: boolean }>(
    sql`SELECT pg_catalog.to_regclass('pg_catalog.pg_stat_progress_copy') IS NOT NULL AS reports`,
  );
  return async () => {
    await session.execute(sql`SELECT pg_catalog.pg_stat_clear_snapshot()`);
    return session.query<Other>(row?.reports === true ? WITH_PROGRESS : WITHOUT_PROGRESS);
  };
}

/** Wait events of a COPY whose own process works, or should: not locks, sleeps, or events of extensions. */
const OWN_WORK: readonly (string | null)[] = [null, 'IO', 'LWLock'];

/**
 * Whether the server reports that it works on a statement, which may take hours: an index, a view, a table of dead
 * rows. False while it waits for its client or for a standby, which may never answer. False also for a working COPY
 * FROM: it counts each row, and a process that was stopped would still be reported as working.
 */
export function works({ state, waitsFor, event, copy }: Other): boolean {
  if (state === null || state === 'disabled') return true;
  if (copy?.command === 'COPY FROM' && OWN_WORK.includes(waitsFor)) return false;
  return !state.startsWith('idle') && waitsFor !== 'Client' && event !== 'SyncRep';
}

/** What the run waits for: a program that neither reads nor sends, a standby, or a server process that was stopped. */
export function whoIsWaitedFor(sessions: readonly Other[]): string | undefined {
  const active = sessions.filter(({ state }) => state !== null && !state.startsWith('idle'));
  const replicates = active.find(({ event }) => event === 'SyncRep');
  if (replicates !== undefined) {
    return `a synchronous standby, which session ${replicates.pid} of PostgreSQL waits for (${replicates.query})`;
  }
  const [asks] = active;
  if (asks !== undefined) return processText(asks);
  const [idle] = sessions;
  return idle === undefined
    ? undefined
    : `PostgreSQL's server process ${idle.pid}, which is idle, or its client program`;
}

/** A stopped process is still reported with its last wait event: it cannot be distinguished from its client. */
function processText({ pid, waitsFor, event, query }: Other): string {
  const name = `PostgreSQL's server process ${pid}`;
  return waitsFor === 'Client' ? `${name} or its client program (${event}: ${query})` : `${name} (${query})`;
}
