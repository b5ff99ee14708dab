import { BackuperError, type Context, say } from '@postgres-backuper/base';
import { openSession, type Session, withSession } from '../session/psql.ts';
import type { Client } from '../session/server.ts';
import { sql } from '../session/sql.ts';
import { guardOfRun, type PauseEnd, type PauseState, READ_PAUSE, READ_PAUSE_END, RESUME } from './replay-pause.ts';

/** How long the end of a guard is waited for; after a cancel less, since hosts kill a process soon, milliseconds. */
const PATIENCE_MS = 15_000;
const CANCELLED_MS = 3000;

/** A session of the standby that keeps the replay paused for as long as the session of a run lives. */
export interface Guard {
  /** How it ended; rejects if its session was lost. */
  readonly ended: Promise<PauseEnd>;
  /** Ends the session of the run and waits, with a limit, until the replay is resumed. Warns; never rejects. */
  end(): Promise<void>;
}

/** Errors: those of openSession. */
export async function startGuard(client: Client, run: Session, context: Context): Promise<Guard> {
  const limit = limited(context);
  const patient = { ...context, signal: limit.signal };
  const [own] = await run.query<{ pid: number }>(sql`SELECT pg_catalog.pg_backend_pid() AS pid`);
  const session = await openSession(client, patient);
  const ended = runGuard(session, own?.pid ?? 0);
  ended.catch(() => undefined); // it is awaited at the end
  const end = async (): Promise<void> => {
    limit.within(PATIENCE_MS);
    await run.close();
    const how = await ended.catch(() => undefined);
    await session.close();
    if (how === 'taken') context.emit({ type: 'warning', text: TAKEN });
    if (how === undefined && !(await resumed(client, patient))) context.emit(UNSEEN);
  };
  let ending: Promise<void> | undefined;
  return {
    ended,
    end: () => {
      ending ??= end();
      return ending;
    },
  };
}

async function runGuard(session: Session, pid: number): Promise<PauseEnd> {
  await session.execute(sql`SET client_connection_check_interval = 0`); // it outlives its client
  await session.execute(guardOfRun(pid));
  const [row] = await session.query<{ end: PauseEnd }>(READ_PAUSE_END);
  return row?.end ?? 'taken';
}

/** After a guard was ended from outside. False: it is not known that the replay is resumed. */
async function resumed(client: Client, context: Context): Promise<boolean> {
  const look = async (session: Session): Promise<boolean> => {
    const [now] = await session.query<PauseState>(READ_PAUSE);
    if (now?.state === 'not paused' || now?.state === 'promoted') return true;
    if (now?.held !== false) return false;
    await session.execute(RESUME);
    return true;
  };
  return withSession(client, context, look).catch(() => false);
}

const TAKEN = 'somebody resumed the replay, or promoted the standby, while it was paused for this backup';
const UNSEEN = {
  type: 'warning',
  text: 'it could not be seen that the standby replays again',
  hint: `${say.command('check')} says whether it is still paused: then run on it SELECT pg_wal_replay_resume()`,
} as const;

/** A signal that is aborted some time after a cancel, or after `within`. */
function limited({ clock, signal }: Context) {
  const limit = new AbortController();
  const within = (ms: number): void =>
    void clock.sleep(ms, { idle: true }).then(() => limit.abort(new BackuperError('cancelled', 'there was no time')));
  if (signal.aborted) within(CANCELLED_MS);
  else signal.addEventListener('abort', () => within(CANCELLED_MS), { once: true });
  return { signal: limit.signal, within };
}
