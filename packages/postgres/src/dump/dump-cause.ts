import { type Context, isBackuperError } from '@postgres-backuper/base';
import type { Session } from '../session/psql.ts';
import { sql } from '../session/sql.ts';

/** How long the session may take to answer, milliseconds. */
const PATIENCE_MS = 3000;

/**
 * Why a dump really failed. pg_dump says "could not obtain lock" whatever became of its LOCK TABLE, and "invalid
 * snapshot" also when the session that held it has ended: that session knows whether the server is still there.
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
