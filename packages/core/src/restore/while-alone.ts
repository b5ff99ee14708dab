import { BackuperError } from '@postgres-backuper/base';
import {
  KEEPALIVES,
  literal,
  onDatabase,
  type Session,
  sql,
  textOf,
  wholeNumber,
  withSession,
} from '@postgres-backuper/postgres';
import type { RestoreRun } from './restore-run.ts';

/** Sessions of a run that was killed end within seconds. */
const LOOK_EVERY_MS = 500;
const LOOKS = 20;

/**
 * Holds a lock of the database while `work` runs: two restores into one database would load tables twice, whatever roles
 * they use. Waits up to 10 s for it. A drill's database has a name that nobody else knows. Errors: database-in-use,
 * those of `work`.
 */
export async function whileAlone<Result>(
  { request, target, context }: RestoreRun,
  work: (alone?: Session) => Promise<Result>,
): Promise<Result> {
  if (request.mode === 'scratch') return work();
  const client = { ...target.client, server: onDatabase(target.client.server, request.database) };
  return withSession(client, context, async (session) => {
    await session.execute(KEEPALIVES);
    const isMine = await soon(context, async () => {
      const [lock] = await session.query<{ mine: boolean }>(sql`SELECT ${TRY_LOCK} AS mine`);
      return lock?.mine === true;
    });
    if (isMine) return work(session);
    throw new BackuperError('database-in-use', `another restore works in '${request.database}'`, {
      hint: 'wait until it has ended, or end it, then resume',
    });
  });
}

/** Whether it becomes true within about 10 s. */
export async function soon({ clock, signal }: RestoreRun['context'], look: () => Promise<boolean>): Promise<boolean> {
  for (let looks = 0; looks < LOOKS; looks += 1) {
    if (await look()) return true;
    await clock.sleep(LOOK_EVERY_MS, { signal });
  }
  return false;
}

/** The key of the lock: any number that others hardly use, since advisory locks are of one database. */
export const RESTORE_LOCK = '7309453272014201856';

const TRY_LOCK = sql`pg_catalog.pg_try_advisory_lock(${wholeNumber(RESTORE_LOCK)})`;

/** A condition on pg_stat_activity: a session that waits for the lock, and does nothing else. */
export const WAITS_FOR_LOCK = sql`pg_catalog.strpos(query, ${literal(textOf(TRY_LOCK))}) > 0`;
