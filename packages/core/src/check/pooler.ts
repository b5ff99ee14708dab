import { BackuperError, type Context, isBackuperError, say } from '@postgres-backuper/base';
import { type Client, openBareSession, type Session, sql } from '@postgres-backuper/postgres';

/** Time for a trivial statement, after which a pooler is suspected of holding it back, milliseconds. */
const PATIENCE_MS = 5000;

type Services = Pick<Context, 'clock' | 'signal'>;

/**
 * Throws when statements of one session do not all reach the same server process (PgBouncer in transaction or
 * statement mode): settings would be lost between statements, and a dump could be wrong without any error.
 * While a second session holds a transaction, `session` must keep the process that it had. Sets nothing that
 * outlives the transaction, because through such a pooler a SET would change what other clients see.
 * Errors: pooler-unsuitable, server-unavailable (no second connection possible), server-ambiguous (the second session
 * is on another server), and those of openSession.
 */
export async function requireOwnProcess(session: Session, client: Client, context: Services): Promise<void> {
  const { pid: first, server } = await serverProcess(session);
  const other = await openBareSession(client, context);
  try {
    const others = await inTime(holdTransaction(other), context, noSecondConnection);
    if (others.server !== server) throw severalServers();
    for (let tries = 0; tries < 3; tries++) {
      const now = await inTime(serverProcess(session), context, unsuitable);
      if (now.pid !== first || now.pid === others.pid) throw unsuitable();
    }
  } finally {
    await other.close();
  }
}

async function holdTransaction(session: Session): Promise<ServerProcess> {
  try {
    await session.execute(sql`BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0`); // ends with the transaction
    return await serverProcess(session);
  } catch (error) {
    // PgBouncer in statement mode ends the session at BEGIN
    throw isBackuperError(error, 'statement-failed', 'connection-failed') ? unsuitable() : error;
  }
}

interface ServerProcess {
  readonly pid: number;
  /** Differs between two servers, also between a primary and its standbys. */
  readonly server: string;
}

async function serverProcess(session: Session): Promise<ServerProcess> {
  const [row] = await session.query<ServerProcess>(sql`
SELECT pg_catalog.pg_backend_pid() AS pid, pg_catalog.concat_ws(' ', pg_catalog.pg_postmaster_start_time(),
       pg_catalog.inet_server_addr(), pg_catalog.inet_server_port()) AS server`);
  return row ?? { pid: 0, server: '' };
}

/** Further sessions that are opened to see where the address leads: one of two servers is missed by 1 in 16. */
const LOOKS = 3;

/**
 * Throws when the address leads to several servers (names with several addresses, load balancers): a snapshot exists
 * on one of them only. Errors: server-ambiguous, and those of openSession.
 */
export async function requireOneServer(session: Session, client: Client, context: Services): Promise<void> {
  const { server } = await serverProcess(session);
  for (let looks = 0; looks < LOOKS; looks++) {
    const other = await openBareSession(client, context);
    try {
      if ((await serverProcess(other)).server !== server) throw severalServers();
    } finally {
      await other.close();
    }
  }
}

function severalServers(): BackuperError {
  return new BackuperError('server-ambiguous', 'the address of the server leads to several servers', {
    hint: `name one server in ${say.given('host')}: all sessions of a backup read one snapshot, which the others do not know`,
  });
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
    hint: `allow the role more connections (pool_size, CONNECTION LIMIT): a backup needs three more than ${say.option('jobs')} says`,
  });
}
