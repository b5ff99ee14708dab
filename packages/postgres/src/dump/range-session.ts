import { BackuperError, type Context, isBackuperError, say } from '@postgres-backuper/base';
import { openSession, type Session } from '../session/psql.ts';
import type { Client } from '../session/server.ts';
import { identifier, joined, literal, type Sql, sql, wholeNumber } from '../session/sql.ts';
import { dumpEnvironment } from './archive.ts';
import type { BlockRange } from './block-ranges.ts';
import { type PipeSink, readFifo } from './fifo.ts';
import type { RowsOf } from './split-tables.ts';

/** A session that reads ranges of tables, one after another, as pg_dump would on the same snapshot. */
export interface RangeSession {
  /**
   * Resolves when the server and psql have reported the range as complete and all of it was read. The next range may be
   * requested, on another pipe, before this one has ended: it then begins without a pause.
   */
  read(request: RangeRequest, sink: PipeSink): Promise<void>;
  /** Errors: those of a session that has ended, or of a transaction that has: then its locks have too. */
  requireTransaction(): Promise<void>;
  close(): Promise<void>;
}

export interface RangeSessionRequest {
  readonly snapshotId: string;
  /** Of the dump. */
  readonly encoding: string;
  readonly lockTimeoutMs: number;
  readonly tables: readonly RowsOf[];
}

export interface RangeRequest {
  readonly table: RowsOf;
  readonly range: BlockRange;
  /** A named pipe that nothing else uses meanwhile. */
  readonly pipe: string;
}

/** Otherwise the planner might read the whole table, or read in parallel and so in another order. */
const PLAN = sql`SET enable_seqscan = off; SET enable_tidscan = on; SET max_parallel_workers_per_gather = 0; SET jit = off`;

/**
 * Opens a session that holds pg_dump's lock on the tables from now on, so that no request for a stronger lock can be
 * queued before it. Errors: lock-unavailable, privilege-missing, dump-failed, those of openSession.
 */
export async function openRangeSession(
  client: Client,
  request: RangeSessionRequest,
  context: Context,
): Promise<RangeSession> {
  const server = { ...client.server, env: dumpEnvironment(client) };
  const session = await openSession({ ...client, server }, context);
  try {
    await session.execute(PLAN);
    await session.execute(sql`SET lock_timeout = ${wholeNumber(request.lockTimeoutMs)}`);
    await session.execute(sql`BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY`);
    await session.execute(sql`SET TRANSACTION SNAPSHOT ${literal(request.snapshotId)}`);
    const targets = request.tables.map(({ copy }) => sql`ONLY ${copy.target}`);
    await session.execute(sql`LOCK TABLE ${joined(targets)} IN ACCESS SHARE MODE`);
  } catch (error) {
    await session.close();
    throw rangeError(error);
  }
  return {
    read: (asked, sink) =>
      readRange(session, { pipe: asked.pipe, statement: statementOf(asked, request.encoding) }, sink),
    requireTransaction: async () => void (await session.query(sql`SELECT 1 AS one`)),
    close: () => session.close(),
  };
}

/** The end of the pipe is no success: the server's result is awaited too. */
async function readRange(
  session: Session,
  { pipe, statement }: { readonly pipe: string; readonly statement: Sql },
  sink: PipeSink,
): Promise<void> {
  const reader = readFifo(pipe, sink);
  try {
    await Promise.all([session.copyTo(pipe, statement), reader.ended]);
  } catch (error) {
    throw rangeError(error);
  } finally {
    reader.destroy();
  }
}

/** Selects the columns of pg_dump's copy statement; the rows of a range are in their order on disk. */
function statementOf({ table: { copy }, range: { from, to } }: RangeRequest, encoding: string): Sql {
  const columns = joined(copy.names.map(identifier));
  const end = to === undefined ? sql`` : sql` AND ctid < ${firstOf(to)}`;
  return sql`COPY (SELECT ${columns} FROM ONLY ${copy.target} WHERE ctid >= ${firstOf(from)}${end})
    TO STDOUT (ENCODING ${literal(encoding)})`;
}

function firstOf(block: number): Sql {
  return sql`${literal(`(${block},0)`)}::pg_catalog.tid`;
}

const INSUFFICIENT_PRIVILEGE = '42501';

function rangeError(error: unknown): unknown {
  if (!isBackuperError(error, 'statement-failed')) return error;
  const { sqlState } = error.result as { sqlState: string };
  if (sqlState === INSUFFICIENT_PRIVILEGE) {
    return new BackuperError('privilege-missing', error.message, {
      hint: `run ${say.command('check')} for the list of missing privileges and the GRANTs`,
      cause: error,
    });
  }
  return new BackuperError('dump-failed', error.message, {
    hint: 'nothing was committed: mend the cause and run the backup again',
    cause: error,
  });
}
