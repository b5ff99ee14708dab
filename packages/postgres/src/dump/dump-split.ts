import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BackuperError, type Context } from '@postgres-backuper/base';
import { COPY_TERMINATOR } from '@postgres-backuper/format';
import type { Session } from '../session/psql.ts';
import type { Client } from '../session/server.ts';
import { sql, wholeNumber } from '../session/sql.ts';
import { dumpEnvironment } from './archive.ts';
import { type BlockRange, createBlockRanges } from './block-ranges.ts';
import { makeFifos } from './fifo.ts';
import { DUMP_FOLDER_PREFIX } from './fifo-folder.ts';
import { type FileSink, send } from './file-sink.ts';
import { openRangeSession, type RangeSession } from './range-session.ts';
import { createRelay } from './relay.ts';
import type { RowsOf } from './split-tables.ts';

/** COPY text of a range: enough to make a request for it cheap, and little enough to be held in memory. */
const RANGE_BYTES = 1024 ** 2;
const HOLD_BYTES = 1.5 * 1024 ** 2;
/** Ranges requested from a session at once: it begins the next one without a pause. */
const RANGES_AHEAD = 2;

export interface SplitDumpRequest {
  readonly snapshotId: string;
  /** Of the dump. */
  readonly encoding: string;
  readonly lockTimeoutMs: number;
  /** Number of sessions. */
  readonly jobs: number;
  readonly tables: readonly RowsOf[];
}

/** A table, or some blocks of it: those that have no end also have the terminator. */
export interface BlocksOf extends RowsOf {
  /** Undefined: all of them. */
  readonly blocks?: BlockRange | undefined;
}

/** Sessions that hold the locks of the tables to be split. */
export interface SplitDump {
  /**
   * Sends the table's data to the sink, with the same bytes as pg_dump's data file, or some blocks of them. `session` reads
   * the table's size. Errors: dump-failed, server-unavailable, …
   */
  dump(table: BlocksOf, sink: FileSink, session: Session): Promise<void>;
  /** Not while tables are dumped. Errors: server-unavailable when a session has lost its locks: rows may have moved meanwhile. */
  requireLocks(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the sessions and takes the locks. Errors: those of openRangeSession. */
export async function openSplitDump(client: Client, request: SplitDumpRequest, context: Context): Promise<SplitDump> {
  const folder = await mkdtemp(join(context.tempDir, DUMP_FOLDER_PREFIX)); // 0700
  const stop = new AbortController();
  const inner = { ...context, signal: AbortSignal.any([context.signal, stop.signal]) };
  const sessions: RangeSession[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(sessions.map((session) => session.close()));
    stop.abort(new Error('closed'));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const opening = Array.from({ length: request.jobs }, () => openRangeSession(client, request, inner));
    const opened = await Promise.allSettled(opening);
    for (const one of opened) if (one.status === 'fulfilled') sessions.push(one.value);
    for (const one of opened) if (one.status === 'rejected') throw one.reason;
    const readers = createReaders(sessions, folder);
    const pipes = readers.map(({ pipe }) => pipe);
    await makeFifos(pipes, dumpEnvironment(client), context);
    return {
      dump: (table, sink, session) => dumpTable(table, { sink, session, readers }, inner),
      requireLocks: () => requireLocks(sessions, context),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function requireLocks(sessions: readonly RangeSession[], { signal }: Context): Promise<void> {
  try {
    await Promise.all(sessions.map((session) => session.requireTransaction()));
  } catch (cause) {
    signal.throwIfAborted();
    throw new BackuperError('server-unavailable', 'a session that kept tables locked was ended from outside', {
      hint: 'nothing was committed: find out what ends sessions that wait (server log, firewall), and run the backup again',
      cause,
    });
  }
}

/** Requests ranges from a session, one after another. */
interface Reader {
  readonly session: RangeSession;
  readonly pipe: string;
}

/** In the order of their first ranges: every session gets one before any gets its second. */
function createReaders(sessions: readonly RangeSession[], folder: string): Reader[] {
  return Array.from({ length: RANGES_AHEAD * sessions.length }, (_, index) => ({
    session: sessions[index % sessions.length] as RangeSession,
    pipe: join(folder, `range-${index}`),
  }));
}

async function dumpTable(
  table: BlocksOf,
  { sink, session, readers }: { sink: FileSink; session: Session; readers: readonly Reader[] },
  { signal }: Context,
): Promise<void> {
  const { blocks: within } = table;
  const blocks = within?.to ?? (await readBlocks(table, session));
  const ranges = createBlockRanges({ blocks, textBytes: RANGE_BYTES, within });
  const relay = createRelay(sink, { next: ranges.next, places: readers.length, holdBytes: HOLD_BYTES, signal });
  const readShare = async (reader: Reader): Promise<void> => {
    for (let entered = await relay.enter(); entered !== undefined; entered = await relay.enter()) {
      const { item: range, runner } = entered;
      await reader.session.read({ table, range, pipe: reader.pipe }, runner);
      ranges.learn(range, runner.takenBytes());
      runner.end();
    }
  };
  await Promise.all(readers.map(readShare));
  await relay.finish();
  if (within?.to === undefined) await send(sink, COPY_TERMINATOR, signal);
  sink.end();
}

/** Current number of blocks in the heap; the snapshot sees no rows in later ones. */
export async function readBlocks({ entry }: RowsOf, session: Session): Promise<number> {
  const [row] = await session.query<{ blocks: number }>(
    sql`SELECT pg_catalog.pg_relation_size(${wholeNumber(entry.oid)}::pg_catalog.oid)
          / pg_catalog.current_setting('block_size')::int AS blocks`,
  );
  return row?.blocks ?? 0;
}
