import { BackuperError, createGate, say } from '@postgres-backuper/base';
import { SEGMENTS_MAX } from '@postgres-backuper/format';
import { createBufferPool } from './buffers.ts';
import { type CutSegment, createCutter } from './cut.ts';
import type { CutFile, SeeSpan } from './cut-file.ts';
import type { Sealers } from './held-object.ts';
import { fixedLevel, type Levels, type Underway } from './levels.ts';
import type { Store } from './store.ts';

/** Sealed segments that may be uploaded at once. */
const UPLOADS = 3;

export interface PipelineOptions {
  /** Size of a segment's tar, bytes. Memory holds one for each lane, one for each sealer, and one more. */
  readonly segmentBytes: number;
  /** How many files arrive at once. */
  readonly lanes: number;
  readonly sealers: Sealers;
  /** Chooses the level of zstd of each segment. Default: level 1. */
  readonly levels?: Levels;
  readonly md5: boolean;
  readonly store: Pick<Store, 'put'>;
  /** Name of the object of segment `number`. */
  readonly nameOf: (number: number) => string;
  /** Aborted when the dump fails: nothing more is stored then. */
  readonly signal: AbortSignal;
  /** Called once, with the first error. */
  readonly onFailure: (error: unknown) => void;
}

export interface Pipeline {
  open(name: string, see?: SeeSpan): CutFile;
  /** Stores the remaining segments and resolves with the number of segments. All files must have ended. */
  finish(): Promise<number>;
  /** After a failure (`signal` is aborted): resolves when all work has ended. */
  abandon(): Promise<void>;
}

/** cut → seal → store. Bounded by its buffers: when none is free, the programs that write into it wait. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { sealers, levels = fixedLevel(1) } = options;
  const pool = createBufferPool(options.lanes + sealers.count + 1, options.segmentBytes);
  const gate = createGate(sealers.count + UPLOADS);
  const underway = new Set<Promise<void>>();
  let segments = 0;
  const counts = { waiting: 0, sealing: 0, storing: 0 };
  let failure: { readonly error: unknown } | undefined;
  const cutter = createCutter({ lanes: options.lanes, pool, onSegment: (segment) => begin(segment) });

  const count = (state: keyof Underway, by: 1 | -1): void => {
    counts[state] += by;
    levels.see({ ...counts });
  };
  const during = async <Result>(state: keyof Underway, work: () => Promise<Result>): Promise<Result> => {
    count(state, 1);
    try {
      return await work();
    } finally {
      count(state, -1);
    }
  };
  const begin = (segment: CutSegment): void => {
    if (options.signal.aborted) return;
    segments += 1;
    count('waiting', 1);
    const task = gate(() => send(segment)).catch((error) => {
      if (failure === undefined) options.onFailure(error);
      failure ??= { error };
    });
    underway.add(task);
    void task.finally(() => underway.delete(task));
  };
  const send = async (segment: CutSegment): Promise<void> => {
    count('waiting', -1);
    options.signal.throwIfAborted();
    if (segment.number >= SEGMENTS_MAX) throw tooManySegments();
    const request = { plaintext: segment.tar, md5: options.md5 };
    const sealed = await during('sealing', () => sealers.seal({ ...request, level: levels.next() }));
    pool.give(segment.buffer);
    cutter.wake();
    await during('storing', () => options.store.put(options.nameOf(segment.number), sealed, options.signal));
    sealed.release();
  };
  return {
    open: (name, see) => cutter.open(name, see),
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

function tooManySegments(): BackuperError {
  return new BackuperError('configuration-invalid', `the dump needs more than ${SEGMENTS_MAX} segments`, {
    hint: `give a larger size with ${say.option('segmentSize')}: at most 64MiB, which is enough for 128 TiB`,
  });
}
