import { type Context, isBackuperError } from '@postgres-backuper/base';
import type { Session } from '../session/psql.ts';
import { sql } from '../session/sql.ts';

/** Limit for the session's answer, milliseconds. */
const PATIENCE_MS = 3000;

/**
 * The real cause of a failed dump. pg_dump reports "could not obtain lock" for any failure of its LOCK TABLE, and
 * "invalid snapshot" also when the session that held it has ended; that session shows if the server is still there.
 */
export async function causeOf(
  failure: unknown,
  session: Pick<Session, 'execute'>,
  { clock }: Pick<Context, 'clock'>,
): Promise<unknown> {
  if (!isBackuperError(failure, 'lock-unavailable', 'dump-failed', 'dump-incomplete', 'server-ambiguous'))
    return failure;
  const lost = session.execute(sql`SELECT 1`).then(
    () => undefined,
    (error: unknown) => error,
  );
  const reason = await Promise.race([lost, clock.sleep(PATIENCE_MS, { idle: true })]);
  return isBackuperError(reason, 'server-unavailable', 'transaction-conflict') ? reason : failure;
}
