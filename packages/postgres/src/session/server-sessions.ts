import type { Session } from './psql.ts';
import { sql } from './sql.ts';

/** A session of this run, as the server sees it. */
export interface Other {
  readonly pid: number;
  /** Null or `disabled`: the server does not say (track_activities). */
  readonly state: string | null;
  readonly waitsFor: string | null;
  readonly event: string | null;
  readonly since: string | null;
  readonly query: string;
}

/** But those that look at others, and the one that holds the snapshot: they change, or never do, whatever goes on. */
const SESSIONS = sql`
SELECT a.pid, a.state, a.wait_event_type AS "waitsFor", a.wait_event AS event, a.state_change::text AS since,
       pg_catalog.left(a.query, 100) AS query
  FROM pg_catalog.pg_stat_activity a
 WHERE a.application_name = pg_catalog.current_setting('application_name') AND a.pid <> pg_catalog.pg_backend_pid()
   AND a.query NOT LIKE 'SELECT %pg_stat_%' AND a.query NOT LIKE 'SELECT %pg_export_snapshot%'
 ORDER BY a.pid`;

export async function lookAtSessions(session: Session): Promise<readonly Other[]> {
  await session.execute(sql`SELECT pg_catalog.pg_stat_clear_snapshot()`);
  return session.query<Other>(SESSIONS);
}

/**
 * The server's word that it is at a statement, be it for hours: an index, a view, a table of dead rows. Not where it
 * waits for its client, or for a standby's word, which may never come.
 */
export function works({ state, waitsFor, event }: Other): boolean {
  if (state === null || state === 'disabled') return true;
  return !state.startsWith('idle') && waitsFor !== 'Client' && event !== 'SyncRep';
}

/** A program does not take what it should, or sends nothing, or the server waits for others. */
export function whoIsWaitedFor(sessions: readonly Other[]): string | undefined {
  const active = sessions.filter(({ state }) => state !== null && !state.startsWith('idle'));
  const replicates = active.find(({ event }) => event === 'SyncRep');
  if (replicates !== undefined) {
    return `a synchronous standby, which session ${replicates.pid} of PostgreSQL waits for (${replicates.query})`;
  }
  const [asks] = active;
  if (asks !== undefined) return `the client program of session ${asks.pid} (${asks.query})`;
  const [idle] = sessions;
  return idle === undefined ? undefined : `the client program of session ${idle.pid}, which is idle`;
}
