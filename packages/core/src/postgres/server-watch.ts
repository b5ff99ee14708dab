import type { Context } from '../context.ts';
import { openMaintenanceSession, type Session } from './psql.ts';
import type { Client } from './server.ts';
import { sql } from './sql.ts';

/** Between two looks at most, milliseconds. */
const LOOK_EVERY_MS = 10_000;

interface Other {
  readonly pid: number;
  readonly state: string | null;
  readonly waitsFor: string | null;
  readonly event: string | null;
  readonly since: string | null;
  readonly query: string;
}

/** Sessions of this run but this one. Others that watch in the same way always move. */
const SESSIONS = sql`
SELECT a.pid, a.state, a.wait_event_type AS "waitsFor", a.wait_event AS event, a.state_change::text AS since,
       pg_catalog.left(a.query, 100) AS query
  FROM pg_catalog.pg_stat_activity a
 WHERE a.application_name = pg_catalog.current_setting('application_name') AND a.pid <> pg_catalog.pg_backend_pid()
   AND a.query NOT LIKE '%pg_stat_%' AND a.query NOT LIKE '%pg_export_snapshot%'
 ORDER BY a.pid`;
/** An index that is being built moves on without a byte to us. */
const BUILDS = sql`
SELECT pid, phase, blocks_done AS blocks, tuples_done AS tuples FROM pg_catalog.pg_stat_progress_create_index ORDER BY pid`;

interface ServerWatch {
  /** Asks the server how far it is: a change since the last time, or a wait for a lock, is progress. */
  look(): Promise<void>;
  end(): void;
}

/** Takes the server's word for what goes on in the sessions of this run. */
function createServerWatch(session: Session, { activity, clock }: Context): ServerWatch {
  let sessions: readonly Other[] = [];
  let before = '';
  let askedAt: number | undefined;
  const patienceMs = Math.max(2000, (activity?.stallMs ?? 0) / 2);
  const isSilent = (): boolean => askedAt !== undefined && clock.elapsed() - askedAt > patienceMs;
  const endExplaining = activity?.explain(() => (isSilent() ? 'PostgreSQL, which does not answer' : named(sessions)));
  return {
    async look() {
      askedAt = clock.elapsed();
      await session.execute(sql`SELECT pg_catalog.pg_stat_clear_snapshot()`);
      sessions = await session.query<Other>(SESSIONS);
      const builds = await session.query(BUILDS);
      askedAt = undefined;
      const now = JSON.stringify([sessions, builds]);
      if (now !== before || sessions.some(({ waitsFor }) => waitsFor === 'Lock')) activity?.moved();
      before = now;
    },
    end: () => endExplaining?.(),
  };
}

/** Looks now and then with a session of its own while `work` goes on. Without one, nobody asks the server. */
export async function watchedByServer<Result>(
  { client, maintenanceDatabases }: { readonly client: Client; readonly maintenanceDatabases: readonly string[] },
  context: Context,
  work: () => Promise<Result>,
): Promise<Result> {
  const { activity } = context;
  if (activity?.stallMs === undefined) return work();
  const session = await openMaintenanceSession(client, maintenanceDatabases, context).catch(() => undefined);
  if (session === undefined) return work();
  const watch = createServerWatch(session, context);
  const stop = new AbortController();
  const looking = (async () => {
    for (;;) {
      await context.clock.sleep(lookEveryMs(context), { signal: stop.signal, idle: true });
      await watch.look();
    }
  })().catch(() => undefined); // it was ended, or the work itself fails
  try {
    return await work();
  } finally {
    stop.abort(new Error('ended'));
    watch.end();
    await session.close();
    await looking;
  }
}

/** Several looks fit into the time in which nothing may go on. */
function lookEveryMs({ activity }: Pick<Context, 'activity'>): number {
  return Math.min(LOOK_EVERY_MS, (activity?.stallMs ?? LOOK_EVERY_MS) / 4);
}

/** Whom the sessions wait for: the server works, a program does not take what it sends, or sends nothing. */
function named(sessions: readonly Other[]): string | undefined {
  const active = sessions.filter(({ state }) => state === 'active');
  const works = active.find(({ waitsFor }) => waitsFor !== 'Client');
  if (works !== undefined) return `PostgreSQL (session ${works.pid}: ${works.query})`;
  const [sends] = active;
  if (sends !== undefined) return `the client program of session ${sends.pid} (${sends.query})`;
  const [idle] = sessions;
  return idle === undefined ? undefined : `the client program of session ${idle.pid}, which is idle`;
}
