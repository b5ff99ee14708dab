import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BackuperError, type Context } from '@postgres-backuper/base';
import type { Session } from '../session/psql.ts';
import type { Client } from '../session/server.ts';
import { dumpEnvironment } from './archive.ts';
import { type BlocksOf, dumpTable, type Reader } from './dump-table.ts';
import { makeFifos } from './fifo.ts';
import { DUMP_FOLDER_PREFIX } from './fifo-folder.ts';
import type { FileSink } from './file-sink.ts';
import { openRangeSession, type RangeSession } from './range-session.ts';
import type { RowsOf } from './split-tables.ts';

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

/** What is read beside others, and where it goes. */
export interface BlocksToSend {
  readonly table: BlocksOf;
  /** Called when its turn comes. */
  readonly openSink: () => FileSink;
}

/** Sessions that hold the locks of the tables to be split. */
export interface SplitDump {
  /**
   * Sends the table's data to the sink, with the same bytes as pg_dump's data file, or some blocks of them. `session` reads
   * the table's size. Errors: dump-failed, server-unavailable, …
   */
  dump(table: BlocksOf, sink: FileSink, session: Session): Promise<void>;
  /**
   * The same for several tables: as many side by side as there are sessions, which are shared out to them. A table that one
   * session reads goes straight to its sink, which costs less than to read it by several. Errors: as dump.
   */
  dumpEach(tables: readonly BlocksToSend[], session: Session): Promise<void>;
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
      dumpEach: (tables, session) => dumpEach(tables, { session, readers }, inner),
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

/** In the order of their first ranges: every session gets one before any gets its second. */
function createReaders(sessions: readonly RangeSession[], folder: string): Reader[] {
  return Array.from({ length: RANGES_AHEAD * sessions.length }, (_, index) => ({
    session: sessions[index % sessions.length] as RangeSession,
    pipe: join(folder, `range-${index}`),
  }));
}

/** Each group of readers takes the next table when it has sent one. */
async function dumpEach(
  tables: readonly BlocksToSend[],
  { session, readers }: { session: Session; readers: readonly Reader[] },
  context: Context,
): Promise<void> {
  const left = [...tables].reverse();
  const dumpNext = async (group: readonly Reader[]): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop())
      await dumpTable(next.table, { sink: next.openSink(), session, readers: group }, context);
  };
  await Promise.all(groupsOf(readers, tables.length).map(dumpNext));
}

/** Readers of one session stay together. */
function groupsOf(readers: readonly Reader[], most: number): readonly (readonly Reader[])[] {
  const sessions = [...new Set(readers.map(({ session }) => session))];
  const groups = Math.min(most, sessions.length);
  return Array.from({ length: groups }, (_, group) =>
    readers.filter(({ session }) => sessions.indexOf(session) % groups === group),
  );
}
