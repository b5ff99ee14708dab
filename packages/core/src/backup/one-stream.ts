import type { Clock } from '@postgres-backuper/base';
import { type Inventory, type Session, sql } from '@postgres-backuper/postgres';

/** From so many tables on. */
const MANY_TABLES = 500;
/** With so few bytes of each on average it is the tables that cost time, not their rows. */
const SMALL_BYTES = 64 * 1024;
/** No table alone may keep one session busy for longer than a moment. */
const LARGEST_BYTES = 16 * 1024 * 1024;
/** One session asks for one table after another: several are faster where an answer takes longer. */
const NEAR_MS = 0.5;
const TRIES = 10;

/**
 * Whether one pass of one session is faster than several sessions, which need a pass before for the names of their
 * files, and a pipe for each. Measured: docs/decisions/many-tables.md.
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

/** One quick answer tells: a busy machine only makes them slower. */
async function isNear(session: Session, clock: Pick<Clock, 'elapsed'>): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const askedAt = clock.elapsed();
    await session.query(sql`SELECT 1 AS one`);
    if (clock.elapsed() - askedAt <= NEAR_MS) return true;
  }
  return false;
}
