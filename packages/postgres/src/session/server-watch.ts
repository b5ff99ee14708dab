import type { Context } from '@postgres-backuper/base';
import { FREE_CONNECTIONS } from './free-connections.ts';
import { openMaintenanceSession, type Session } from './psql.ts';
import type { Client } from './server.ts';
import { type Other, prepareLook, whoIsWaitedFor, works } from './server-sessions.ts';
import { sql } from './sql.ts';

/** Longest pause between two looks, milliseconds. */
const LOOK_EVERY_MS = 10_000;
/** Pause before a second count, since a session that has just ended may still be counted, milliseconds. */
const COUNT_AGAIN_MS = 1000;

export interface WatchRequest {
  readonly client: Client;
  /** The watching session uses the first of them that can be reached. */
  readonly maintenanceDatabases: readonly string[];
  /** Connections that the work takes; the watching session needs one more. */
  readonly sessions: number;
}

/**
 * While `work` runs, a separate session asks the server regularly for its state: a change, or a statement that the
 * server works on, is progress. Time without that session does not count as a stall, since the state is unknown.
 */
export async function watchedByServer<Result>(
  request: WatchRequest,
  context: Context,
  work: () => Promise<Result>,
): Promise<Result> {
  if (context.activity?.stallMs === undefined) return work();
  const session = await openSpare(request, context);
  if (session === undefined) return withoutWatch(context, work);
  const stop = new AbortController();
  const watching = watch(request, session, { ...context, signal: AbortSignal.any([context.signal, stop.signal]) });
  try {
    return await work();
  } finally {
    stop.abort(new Error('ended'));
    await watching;
  }
}

async function withoutWatch<Result>({ activity, emit }: Context, work: () => Promise<Result>): Promise<Result> {
  emit({ type: 'notice', text: 'a stall would not be noticed: the server has no connection to spare for the watch' });
  const endPause = activity?.pause();
  try {
    return await work();
  } finally {
    endPause?.();
  }
}

async function openSpare(request: WatchRequest, context: Context): Promise<Session | undefined> {
  const session = await open(request, context);
  if (session === undefined || (await leavesEnough(session, request, context))) return session;
  await session.close();
  return undefined;
}

function open({ client, maintenanceDatabases }: WatchRequest, context: Context): Promise<Session | undefined> {
  return openMaintenanceSession(client, maintenanceDatabases, context).catch(() => undefined);
}

async function leavesEnough(session: Session, { sessions }: WatchRequest, { clock, signal }: Context) {
  const free = async (): Promise<number> => {
    const rows = await session.query<{ free: number }>(
      sql`SELECT ${FREE_CONNECTIONS} AS free FROM pg_catalog.pg_database d, pg_catalog.pg_roles r
           WHERE d.datname = pg_catalog.current_database() AND r.rolname = current_user`,
    );
    return rows[0]?.free ?? 0;
  };
  try {
    if ((await free()) >= sessions) return true;
    await clock.sleep(COUNT_AGAIN_MS, { signal });
    return (await free()) >= sessions;
  } catch {
    return false;
  }
}

/** Watches until the signal is aborted; never rejects. A session that has ended is opened again. */
async function watch(request: WatchRequest, first: Session, context: Context): Promise<void> {
  const { activity, clock, signal } = context;
  for (let session: Session | undefined = first; !signal.aborted; session = await open(request, context)) {
    const endPause = session === undefined ? activity?.pause() : undefined;
    const close = (): void => void session?.close();
    signal.addEventListener('abort', close, { once: true });
    if (session === undefined) await clock.sleep(lookEveryMs(context), { signal, idle: true }).catch(() => undefined);
    else await lookOnAndOn(session, context).catch(() => undefined); // the session was lost or closed
    signal.removeEventListener('abort', close);
    await session?.close();
    endPause?.();
  }
}

async function lookOnAndOn(session: Session, context: Context): Promise<never> {
  const { activity, clock, signal } = context;
  let sessions: readonly Other[] = [];
  let askedAt: number | undefined;
  const patienceMs = Math.max(2000, (activity?.stallMs ?? 0) / 2);
  const isSilent = (): boolean => askedAt !== undefined && clock.elapsed() - askedAt > patienceMs;
  const end = activity?.explain(() => (isSilent() ? 'PostgreSQL, which does not answer' : whoIsWaitedFor(sessions)));
  try {
    const look = await prepareLook(session);
    for (let before = ''; ; before = JSON.stringify(sessions)) {
      await clock.sleep(lookEveryMs(context), { signal, idle: true });
      askedAt = clock.elapsed();
      sessions = await look();
      askedAt = undefined;
      if (JSON.stringify(sessions) !== before || sessions.some(works)) activity?.moved();
    }
  } finally {
    end?.();
  }
}

/** Makes several looks fit into the time of a stall. */
function lookEveryMs({ activity }: Pick<Context, 'activity'>): number {
  return Math.min(LOOK_EVERY_MS, (activity?.stallMs ?? LOOK_EVERY_MS) / 4);
}
