import { createHash } from 'node:crypto';
import type { Session } from './psql.ts';
import { type Sql, sql, wholeNumber } from './sql.ts';

/** How long the server waits for a machine that vanished before it ends the session, which gives the lock back: 35 s. */
export const KEEPALIVES = sql`SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4`;

/** The key of an advisory lock for a text: 63 bits of its SHA-256. Pure. */
export function runLockKey(text: string): string {
  return String(createHash('sha256').update(text).digest().readBigUInt64BE() >> 1n);
}

/**
 * Takes an advisory lock of the database for as long as the session lives. False: another session has it. `key`: decimal
 * digits, below 2^63. No clock is asked: the server knows whether a session lives.
 */
export async function tryRunLock(session: Session, key: string): Promise<boolean> {
  await session.execute(KEEPALIVES);
  const [row] = await session.query<{ taken: boolean }>(
    sql`SELECT pg_catalog.pg_try_advisory_lock(${wholeNumber(key)}) AS taken`,
  );
  return row?.taken === true;
}

/** Gives one back. */
export async function releaseRunLock(session: Session, key: string): Promise<void> {
  await session.query(sql`SELECT pg_catalog.pg_advisory_unlock(${wholeNumber(key)}) AS given`);
}

/** Whether any session of this database has the lock. */
export async function isRunLockTaken(session: Session, key: string): Promise<boolean> {
  const rows = await session.query<{ one: number }>(sql`SELECT 1 AS one FROM pg_catalog.pg_locks WHERE ${held(key)}`);
  return rows.length > 0;
}

/** Whether one session has both. */
export async function areOfOneSession(session: Session, [one, other]: readonly [string, string]): Promise<boolean> {
  const rows = await session.query<{ one: number }>(
    sql`SELECT 1 AS one FROM pg_catalog.pg_locks WHERE ${held(one)}
         AND pid IN (SELECT pid FROM pg_catalog.pg_locks WHERE ${held(other)})`,
  );
  return rows.length > 0;
}

function held(key: string): Sql {
  return sql`locktype = 'advisory' AND objsubid = 1 AND granted
    AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
    AND ((classid::bigint << 32) | objid::bigint) = ${wholeNumber(key)}`;
}
