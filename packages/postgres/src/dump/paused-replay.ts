import { BackuperError, type Context, formatDuration, say } from '@postgres-backuper/base';
import { openSession, type Session } from '../session/psql.ts';
import { type Client, namedSessions } from '../session/server.ts';
import { sql } from '../session/sql.ts';
import { type Guard, startGuard } from './pause-guard.ts';
import { LOCK_OF_RUN, type PauseState, READ_PAUSE } from './replay-pause.ts';

/** Pause between two looks, milliseconds. */
const LOOK_EVERY_MS = 100;
/** The server ends a session whose machine vanished after 35 s. */
const KEEPALIVES = sql`SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4`;

export interface PauseRequest {
  readonly client: Client;
  /** How long the standby may take to pause, milliseconds. */
  readonly waitMs: number;
}

export interface WhilePaused<Result> {
  readonly result: Result;
  /** How long it was paused for this run, milliseconds; null: somebody else had paused it, and keeps that. */
  readonly pausedMs: number | null;
}

/**
 * Runs `work` while the standby replays nothing. The replay is resumed afterwards, whatever happens: a session of the
 * standby sees to it, also when this process is killed. A pause that somebody else made stays. Errors: lock-unavailable
 * when the standby does not pause in time; those of openSession, of `work`.
 */
export async function whileReplayPaused<Result>(
  { client: given, waitMs }: PauseRequest,
  context: Context,
  work: () => Promise<Result>,
): Promise<WhilePaused<Result>> {
  const client = named(given);
  const run = await openSession(client, context);
  try {
    await run.execute(KEEPALIVES);
    await run.execute(LOCK_OF_RUN);
    const guard = await startGuard(client, run, context);
    return await underGuard({ run, guard, waitMs }, context, work);
  } finally {
    await run.close();
  }
}

/** Not the name of the dump's sessions: a guard that waits is no progress. */
function named(client: Client): Client {
  return namedSessions(client, 'postgres-backuper, which pauses the replay');
}

interface Guarded {
  readonly run: Session;
  readonly guard: Guard;
  readonly waitMs: number;
}

async function underGuard<Result>(
  guarded: Guarded,
  context: Context,
  work: () => Promise<Result>,
): Promise<WhilePaused<Result>> {
  const { clock, emit } = context;
  let pausedAt: number | undefined;
  let pausedMs: number | null = null;
  const end = async (): Promise<void> => {
    await guarded.guard.end();
    if (pausedAt === undefined) return;
    pausedMs = Math.round(clock.elapsed() - pausedAt);
    emit({ type: 'notice', text: `the replay of the standby was paused for ${formatDuration(pausedMs)}` });
  };
  try {
    const isOurs = await untilPaused(guarded, context);
    emit({ type: 'notice', text: isOurs ? PAUSED : FOREIGN });
    if (isOurs) pausedAt = clock.elapsed();
    const result = await work().finally(end);
    return { result, pausedMs };
  } catch (error) {
    await guarded.guard.end();
    throw error;
  }
}

const PAUSED = 'the replay of the standby is paused until everything is read';
const FOREIGN = 'somebody else has paused the replay of the standby: that is left as it is';

/** True: paused by us. False: by somebody else. Errors: lock-unavailable, those of the guard. */
async function untilPaused({ run, guard, waitMs }: Guarded, { clock, signal, activity }: Context): Promise<boolean> {
  const endPause = activity?.pause(); // a limit of its own ends the wait
  try {
    for (const begunAt = clock.elapsed(); ; ) {
      const ended = await Promise.race([guard.ended, clock.sleep(LOOK_EVERY_MS, { signal })]);
      if (ended === 'foreign') return false;
      if (ended !== undefined) throw notPaused('somebody resumed the replay');
      const [now] = await run.query<PauseState>(READ_PAUSE);
      if (now?.state === 'paused' && now.held) return true;
      if (clock.elapsed() - begunAt > waitMs) throw notPaused(`its state is '${now?.state}'`);
    }
  } finally {
    endPause?.();
  }
}

function notPaused(why: string): BackuperError {
  return new BackuperError('lock-unavailable', `the standby did not pause its replay: ${why}`, {
    hint: `try again when no query holds the replay up there, or wait longer with ${say.option('lockTimeout')}; with recovery_min_apply_delay it pauses only when the delay of a transaction is over`,
  });
}
