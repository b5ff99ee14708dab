import type { Session } from './psql.ts';
import { type Sql, sql } from './sql.ts';

/** A session of this run, as the server sees it. */
export interface Other {
  readonly pid: number;
  /** Null or `disabled`: the server does not say (track_activities). */
  readonly state: string | null;
  readonly waitsFor: string | null;
  readonly event: string | null;
  readonly since: string | null;
  readonly query: string;
  /** Where it is at a COPY and the server reports how far (14 and newer): rows that it took and bytes of them. */
  readonly copy?: { readonly command: string; readonly bytes: number; readonly rows: number } | null;
}

/** But those that look at others, and the one that holds the snapshot: they change, or never do, whatever goes on. */
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

/** A look at the sessions of this run; how much each reports is a matter of the server's version. Errors: those of a query. */
export async function prepareLook(session: Session): Promise<() => Promise<readonly Other[]>> {
  const [row] = await session.query<{ reports: boolean }>(
    sql`SELECT pg_catalog.to_regclass('pg_catalog.pg_stat_progress_copy') IS NOT NULL AS reports`,
  );
  return async () => {
    await session.execute(sql`SELECT pg_catalog.pg_stat_clear_snapshot()`);
    return session.query<Other>(row?.reports === true ? WITH_PROGRESS : WITHOUT_PROGRESS);
  };
}

/** What a COPY waits for while its process itself goes on, or should: not locks, sleeps, or what an extension does. */
const OWN_WORK: readonly (string | null)[] = [null, 'IO', 'LWLock'];

/**
 * The server's word that it is at a statement, be it for hours: an index, a view, a table of dead rows. Not where it
 * waits for its client, or for a standby's word, which may never come; nor of a COPY FROM, which counts each row and
 * whose process may have been stopped while it said that it works.
 */
export function works({ state, waitsFor, event, copy }: Other): boolean {
  if (state === null || state === 'disabled') return true;
  if (copy?.command === 'COPY FROM' && OWN_WORK.includes(waitsFor)) return false;
  return !state.startsWith('idle') && waitsFor !== 'Client' && event !== 'SyncRep';
}

/** A program does not take what it should, or sends nothing, or the server waits for others, or its process was stopped. */
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

/** A stopped process goes on saying what it waited for before: its client cannot be told from itself. */
function processText({ pid, waitsFor, event, query }: Other): string {
  const name = `PostgreSQL's server process ${pid}`;
  return waitsFor === 'Client' ? `${name} or its client program (${event}: ${query})` : `${name} (${query})`;
}
