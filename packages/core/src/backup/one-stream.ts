import type { Clock } from '@postgres-backuper/base';
import { type Inventory, type Session, sql } from '@postgres-backuper/postgres';

/** The minimum number of tables. */
const MANY_TABLES = 500;
/** Bytes of a table on average, up to which the time depends on the number of tables, not on their rows. */
const SMALL_BYTES = 64 * 1024;
/** Bytes of the largest table: no single table may keep the session busy for long. */
const LARGEST_BYTES = 16 * 1024 * 1024;
/** Round trip, milliseconds. One session requests table after table: above this, several are faster. */
const NEAR_MS = 0.5;
const TRIES = 10;

/**
 * Whether one session is faster than several, which first need a pass for the names of their files, and a pipe for each
 * file. Measured: docs/decisions/many-tables.md.
 */
export async function suitsOneStream(
  inventory: Pick<Inventory, 'tables'>,
  session: Session,
  clock: Pick<Clock, 'elapsed'>,
): Promise<boolean> {
  return hasManySmallTables(inventory) && (await isNear(session, clock));
}

function hasManySmallTables({ tables }: Pick<Inventory, 'tables'>): boolean {
  const sizes = [...tables.values()].map(({ bytes }) => bytes);
  const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
  const isSmall = total <= sizes.length * SMALL_BYTES && sizes.every((bytes) => bytes <= LARGEST_BYTES);
  return sizes.length >= MANY_TABLES && isSmall;
}

/** One quick answer is enough: a busy machine only makes answers slower. */
async function isNear(session: Session, clock: Pick<Clock, 'elapsed'>): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const askedAt = clock.elapsed();
    await session.query(sql`SELECT 1 AS one`);
    if (clock.elapsed() - askedAt <= NEAR_MS) return true;
  }
  return false;
}
