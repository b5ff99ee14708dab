import type { Context } from '../context.ts';
import { BackuperError, isBackuperError } from '../errors.ts';
import { openBareSession, type Session } from '../postgres/psql.ts';
import type { Client } from '../postgres/server.ts';
import { sql } from '../postgres/sql.ts';

/** How long a statement without work may take before a pooler is suspected of holding it back, milliseconds. */
const PATIENCE_MS = 5000;

type Services = Pick<Context, 'clock' | 'signal'>;

/**
 * Throws when statements of one session do not all reach the same server process (PgBouncer in transaction or
 * statement mode): settings would be lost between statements, and a dump could be wrong without any error.
 * While a second session holds a transaction, `session` must keep the process that it had. Sets nothing, because
 * through such a pooler a SET would change what other clients see.
 * Errors: pooler-unsuitable, server-unavailable (no second connection to be had), and those of openSession.
 */
export async function requireOwnProcess(session: Session, client: Client, context: Services): Promise<void> {
  const first = await serverProcess(session);
  const other = await openBareSession(client, context);
  try {
    const others = await inTime(holdTransaction(other), context, noSecondConnection);
    for (let tries = 0; tries < 3; tries++) {
      const now = await inTime(serverProcess(session), context, unsuitable);
      if (now !== first || now === others) throw unsuitable();
    }
  } finally {
    await other.close();
  }
}

async function holdTransaction(session: Session): Promise<number> {
  try {
    await session.execute(sql`BEGIN`);
    return await serverProcess(session);
  } catch (error) {
    // PgBouncer in statement mode ends the session at BEGIN
    throw isBackuperError(error, 'statement-failed', 'connection-failed') ? unsuitable() : error;
  }
}

async function serverProcess(session: Session): Promise<number> {
  const [row] = await session.query<{ pid: number }>(sql`SELECT pg_catalog.pg_backend_pid() AS pid`);
  return row?.pid ?? 0;
}

async function inTime<Result>(answer: Promise<Result>, { clock, signal }: Services, late: () => BackuperError) {
  answer.catch(() => undefined); // may fail after it lost the race
  const done = new AbortController();
  try {
    const deadline = clock.sleep(PATIENCE_MS, { signal: AbortSignal.any([signal, done.signal]) });
    deadline.catch(() => undefined);
    return await Promise.race([
      answer,
      deadline.then(() => {
        throw late();
      }),
    ]);
  } finally {
    done.abort();
  }
}

function unsuitable(): BackuperError {
  return new BackuperError('pooler-unsuitable', 'a pooler gives one session several server processes', {
    hint: 'connect to PostgreSQL itself, or through a pool with pool_mode = session: in transaction mode a dump would lose its settings',
  });
}

function noSecondConnection(): BackuperError {
  return new BackuperError('server-unavailable', 'a second session got no answer while the first one was idle', {
    hint: 'allow the role more connections (pool_size, CONNECTION LIMIT): a backup needs as many as --jobs and three more',
  });
}
