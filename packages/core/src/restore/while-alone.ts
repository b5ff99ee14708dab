import { BackuperError } from '@postgres-backuper/base';
import { onDatabase, type Session, sql, withSession } from '@postgres-backuper/postgres';
import type { RestoreRun } from './restore-run.ts';

/**
 * Holds a lock of the database while `work` runs: two restores into one database would load tables twice, whatever roles
 * they use. A drill's database has a name that nobody else knows. Errors: database-in-use, those of `work`.
 */
export async function whileAlone<Result>(
  { request, target, context }: RestoreRun,
  work: (alone?: Session) => Promise<Result>,
): Promise<Result> {
  if (request.mode === 'scratch') return work();
  const client = { ...target.client, server: onDatabase(target.client.server, request.database) };
  return withSession(client, context, async (session) => {
    const [lock] = await session.query<{ mine: boolean }>(sql`SELECT pg_catalog.pg_try_advisory_lock(${LOCK}) AS mine`);
    if (lock?.mine === true) return work(session);
    throw new BackuperError('database-in-use', `another restore works in '${request.database}'`, {
      hint: 'wait until it has ended, or end it, then resume',
    });
  });
}

/** Any number that others hardly use: advisory locks are of one database. */
const LOCK = sql`7309453272014201856`;
