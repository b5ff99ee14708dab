import type { Clock } from '@postgres-backuper/base';
import { type Inventory, type Session, sql, type TableFacts } from '@postgres-backuper/postgres';
import type { Unread } from './unread.ts';

/** The minimum number of tables. */
const MANY_TABLES = 500;
/** Bytes of a table on average, up to which the time depends on the number of tables, not on their rows. */
const SMALL_BYTES = 64 * 1024;
/** Bytes of the largest table: no single table may keep the session busy for long. */
const LARGEST_BYTES = 16 * 1024 * 1024;
/** Round trip, milliseconds. One session requests table after table: above this, several are faster. */
const NEAR_MS = 0.5;
const TRIES = 10;
/** Rows on disk up to which the catalogs are what takes time, wherever they are: a second pass and pipes cost more than they gain. */
const SMALL_DATABASE_BYTES = 8 * 1024 * 1024;
/** What one session may take longer than several to request the tables of a small database one after another, milliseconds. */
const REQUESTS_MS = 50;

export interface ToStream {
  readonly inventory: Pick<Inventory, 'tables'>;
  /** Sessions that would read tables in parallel. */
  readonly jobs: number;
  /** A table of at least this many bytes on disk is read by several sessions; undefined: none. */
  readonly splitFromBytes: number | undefined;
  /** Tables that may be left unread; undefined: none. */
  readonly unread: Pick<Unread, 'tables'> | undefined;
}

/**
 * Whether one session is faster than several, which first need a pass for the names of their files, and a pipe for each
 * file. Measured: docs/decisions/many-tables.md.
 */
export async function suitsOneStream(
  request: ToStream,
  session: Session,
  clock: Pick<Clock, 'elapsed'>,
): Promise<boolean> {
  const all = [...request.inventory.tables.values()];
  if (hasManySmallTables(all)) return isNear({ session, clock, withinMs: NEAR_MS });
  const tables = all.filter(isOfUser);
  if (bytesOf(tables) > SMALL_DATABASE_BYTES || isApart(tables, request)) return false;
  return isNear({ session, clock, withinMs: Math.max(NEAR_MS, REQUESTS_MS / tables.length) });
}

type Sizes = readonly TableFacts[];

function hasManySmallTables(tables: Sizes): boolean {
  const isSmall = bytesOf(tables) <= tables.length * SMALL_BYTES && tables.every(({ bytes }) => bytes <= LARGEST_BYTES);
  return tables.length >= MANY_TABLES && isSmall;
}

/** Catalogs are in the inventory, and in no dump. */
function isOfUser({ schema }: TableFacts): boolean {
  return schema !== 'pg_catalog' && schema !== 'information_schema';
}

/** Whether some tables are not to be read as the others are. */
function isApart(tables: Sizes, { jobs, splitFromBytes, unread }: ToStream): boolean {
  if (unread !== undefined && unread.tables.size > 0) return true;
  return jobs > 1 && splitFromBytes !== undefined && tables.some(({ bytes }) => bytes >= splitFromBytes);
}

function bytesOf(tables: Sizes): number {
  return tables.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** One quick answer is enough: a busy machine only makes answers slower. */
async function isNear({ session, clock, withinMs }: Asking): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const askedAt = clock.elapsed();
    await session.query(sql`SELECT 1 AS one`);
    if (clock.elapsed() - askedAt <= withinMs) return true;
  }
  return false;
}

interface Asking {
  readonly session: Session;
  readonly clock: Pick<Clock, 'elapsed'>;
  /** Milliseconds. */
  readonly withinMs: number;
}
