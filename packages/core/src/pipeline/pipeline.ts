import type { Cipher } from '../cipher.ts';
import { createBufferPool } from './buffers.ts';
import { type CutFile, type CutSegment, createCutter } from './cut.ts';
import { seal } from './seal.ts';
import type { Store } from './store.ts';

/** Segments that may be compressed, encrypted or under way to the storage at once. */
const SEALS = 2;

export interface PipelineOptions {
  /** Size of a segment's tar, bytes. Memory is about eleven times as much. */
  readonly segmentBytes: number;
  /** How many files arrive at once. */
  readonly lanes: number;
  readonly cipher: Cipher;
  readonly md5: boolean;
  readonly store: Store;
  /** Name of the object of segment `number`. */
  readonly nameOf: (number: number) => string;
  /** Aborted when the dump fails: nothing more is stored then. */
  readonly signal: AbortSignal;
  /** Called once, with the first error. */
  readonly onFailure: (error: unknown) => void;
}

export interface Pipeline {
  open(name: string): CutFile;
  /** Stores what is left and resolves with the number of segments. All files must have ended. */
  finish(): Promise<number>;
  /** After a failure (`signal` is aborted): resolves when nothing is under way any more. */
  abandon(): Promise<void>;
}

/** cut → seal → store. Bounded by its buffers: when none is free, the programs that write into it wait. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const pool = createBufferPool(options.lanes + SEALS, options.segmentBytes);
  const underway = new Set<Promise<void>>();
  let segments = 0;
  let failure: { readonly error: unknown } | undefined;
  const cutter = createCutter({ lanes: options.lanes, pool, onSegment: (segment) => begin(segment) });

  const begin = (segment: CutSegment): void => {
    if (options.signal.aborted) return;
    segments += 1;
    const task = send(segment).catch((error) => {
      if (failure === undefined) options.onFailure(error);
      failure ??= { error };
    });
    underway.add(task);
    void task.finally(() => underway.delete(task));
  };
  const send = async (segment: CutSegment): Promise<void> => {
    const sealed = await seal(segment.tar, options);
    await options.store.put(options.nameOf(segment.number), sealed, options.signal);
    pool.give(segment.buffer);
    cutter.wake();
  };
  return {
    open: (name) => cutter.open(name),
    async finish() {
      cutter.flush();
      await Promise.all(underway);
      if (failure !== undefined) throw failure.error;
      options.signal.throwIfAborted();
      return segments;
    },
    async abandon() {
      await Promise.all(underway);
    },
  };
}
