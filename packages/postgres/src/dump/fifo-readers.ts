import { readFile } from 'node:fs/promises';
import { BackuperError, type Context } from '@postgres-backuper/base';
import { endFifo, type FifoReader, type PipeSink, readFifo } from './fifo.ts';
import type { FifoFolder } from './fifo-folder.ts';
import type { FileSink } from './file-sink.ts';

/** Pipes open at once: bounds the descriptors for any number of tables. */
const OPEN_PIPES = 512;
/** pg_dump may write files in an unexpected order: more pipes are opened after this time without data, milliseconds. */
const STALL_MS = 1000;
const MIN_PIPES = 16;
const RESERVED_DESCRIPTORS = 192;

export interface FifoReadersRequest {
  readonly folder: FifoFolder;
  /** In the expected order of writing. */
  readonly fileNames: readonly string[];
  readonly openSink: (fileName: string) => FileSink;
  /** Called once, when the first data arrive. */
  readonly onLocked: () => void;
  /** Ends the dump. */
  readonly onFailure: (error: unknown) => void;
}

export interface FifoReaders {
  /** For use after pg_dump succeeded: resolves when every pipe was read to its end. Errors: dump-incomplete. */
  drain(): Promise<void>;
  /** Stops reading; unfinished pipes stay unfinished. */
  destroy(): void;
}

/** Keeps a window of pipes open in the expected order; the next one is opened when one ends. */
export function createFifoReaders(request: FifoReadersRequest, { clock }: Pick<Context, 'clock'>): FifoReaders {
  const { folder, onFailure } = request;
  const open = new Map<string, FifoReader>();
  const pending = [...request.fileNames].reverse();
  const state = { limit: MIN_PIPES, moves: 0, waiting: 0, destroyed: false };
  let allEnded = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    allEnded = resolve;
  });

  const openOne = (fileName: string): void => {
    const sink = lazily(() => request.openSink(fileName));
    const reader = readFifo(folder.pathOf(fileName), countedSink(sink, { state, onLocked: request.onLocked }));
    open.set(fileName, reader);
    reader.ended
      .then(() => {
        if (state.destroyed) return;
        sink().end();
        open.delete(fileName);
        folder.drop(fileName);
        openMore();
      })
      .catch(onFailure);
  };
  const openMore = (): void => {
    while (open.size < state.limit) {
      const next = pending.pop();
      if (next === undefined) break;
      openOne(next);
    }
    if (open.size === 0) allEnded();
  };
  const begin = async (): Promise<void> => {
    const ceiling = await readCeiling();
    state.limit = Math.min(OPEN_PIPES, ceiling);
    openMore();
    for (let seen = -1; pending.length > 0 && !state.destroyed; openMore()) {
      await clock.sleep(STALL_MS, { idle: true });
      if (state.moves === seen && state.waiting === 0) state.limit = Math.min(ceiling, state.limit + OPEN_PIPES);
      seen = state.moves;
    }
  };
  begin().catch(onFailure);
  const drain = async (): Promise<void> => {
    if (pending.length > 0) {
      throw new BackuperError('dump-incomplete', `pg_dump ended without writing ${pending.length} of its files`);
    }
    // pipes that pg_dump never opened are ended too: their missing terminator reveals them
    await Promise.all([...open.keys()].map((fileName) => endFifo(folder.pathOf(fileName))));
    await done;
  };
  const destroy = (): void => {
    state.destroyed = true;
    pending.length = 0;
    for (const reader of open.values()) reader.destroy();
  };
  return { drain, destroy };
}

/** Counts the chunks, and the pipes whose data wait for room. */
function countedSink(
  open: () => FileSink,
  { state, onLocked }: { state: { moves: number; waiting: number }; onLocked: () => void },
): PipeSink {
  let sink: FileSink | undefined;
  return {
    take(chunk, resume) {
      if (state.moves === 0) onLocked();
      state.moves += 1;
      sink ??= open();
      const hasRoom = sink.take(chunk, () => {
        state.waiting -= 1;
        resume();
      });
      if (!hasRoom) state.waiting += 1;
      return hasRoom;
    },
    room: () => sink?.room(),
    filled(bytes) {
      state.moves += 1;
      sink?.filled(bytes);
    },
  };
}

/** Limit of open pipes: the descriptors of this process, less those for programs, sockets and files. */
async function readCeiling(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const allowed = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return allowed === undefined ? OPEN_PIPES : Math.max(MIN_PIPES, Number(allowed) - RESERVED_DESCRIPTORS);
}

/** Opens a sink only when its first data arrive. */
function lazily<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
