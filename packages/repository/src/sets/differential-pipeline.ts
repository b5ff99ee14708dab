import { abortable } from '@postgres-backuper/base';
import { type ChunkKeys, chunkId, createChunker, type Extent, type KnownChunks } from '@postgres-backuper/format';
import type { CutFile, SeeSpan } from '../pipeline/cut-file.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { createRuns, type Runs } from './runs.ts';

/** A chunk has at most this many times the average size. */
const LARGEST = 4;

/** What a differential has of its full. */
export interface KnownOfFull {
  readonly keys: ChunkKeys;
  readonly known: KnownChunks;
}

/**
 * For a differential: chunks that its full has are referred to, the others are stored. Memory: one chunk of the largest
 * size for each open file, and two while it waits for room. `signal`: that of the pipeline.
 */
export function differing(pipeline: Pipeline, of: KnownOfFull, signal: AbortSignal): Pipeline {
  const ending: Promise<void>[] = [];
  const buffers = createChunkBuffers(of.known.chunkBytes * LARGEST);
  return {
    ...pipeline,
    open(name, see: SeeSpan = () => undefined) {
      const file = createDifferingFile(pipeline.open(name), { see, buffers, ...of });
      ending.push(file.ended);
      return file;
    },
    async finish() {
      await abortable(
        Promise.all(ending).then(() => undefined),
        signal,
      );
      return pipeline.finish();
    },
  };
}

interface DifferingFile extends CutFile {
  /** Resolves when the last chunk has found room: a file ends whether there is some or not. */
  readonly ended: Promise<void>;
}

function createDifferingFile(
  own: CutFile,
  { see, buffers, keys, known }: KnownOfFull & { readonly see: SeeSpan; readonly buffers: ChunkBuffers },
): DifferingFile {
  const ended = Promise.withResolvers<void>();
  const chunker = createChunker(keys.gear, known.chunkBytes);
  const runs = createRuns();
  const open = createOpenChunk(buffers);

  /** Takes one whole chunk. False: `resume` is called when it is taken. */
  const chunk = (bytes: Buffer, resume: () => void): boolean => {
    const found = known.find(chunkId([bytes], keys), bytes.length);
    if (found !== undefined) {
      runs.refer(found);
      return true;
    }
    runs.store(bytes.length);
    return own.write(bytes, resume);
  };
  const takeAll = (span: Buffer, resume: () => void): boolean => {
    for (let from = 0; from < span.length; ) {
      const end = chunker.next(span, from);
      if (end === -1) {
        open.hold(span.subarray(from));
        return true;
      }
      const whole = open.close(span.subarray(from, end));
      from = end;
      let rest = span.subarray(from);
      const isTaken = chunk(whole, () => {
        if (takeAll(rest, resume)) resume();
      });
      if (!isTaken) {
        rest = Buffer.from(rest); // the span is the caller's again
        return false;
      }
    }
    return true;
  };
  return {
    write(span, resume) {
      see(span);
      return takeAll(span, resume);
    },
    room: () => undefined,
    filled: () => undefined,
    ended: ended.promise,
    end() {
      const stored: Stored = { pieces: () => [] };
      const end = (): void => {
        stored.pieces = own.end();
        ended.resolve();
      };
      const last = open.close(Buffer.alloc(0));
      if (last.length === 0 || chunk(last, end)) end();
      open.end();
      return extentsLater(runs, stored);
    },
  };
}

interface Stored {
  pieces: () => readonly Extent[];
}

/** Holds nothing of a file but this: there may be a million of them. */
function extentsLater(runs: Runs, stored: Stored): () => readonly Extent[] {
  return () => runs.extents(stored.pieces());
}

/** Buffers for chunks, of the largest size: one for each open file, used again by those that follow. */
interface ChunkBuffers {
  take(): Buffer;
  give(buffer: Buffer): void;
}

function createChunkBuffers(largestBytes: number): ChunkBuffers {
  const free: Buffer[] = [];
  return {
    take: () => free.pop() ?? Buffer.allocUnsafeSlow(largestBytes),
    give: (buffer) => void free.push(buffer),
  };
}

/** The bytes of a chunk that arrived with earlier spans. */
function createOpenChunk(buffers: ChunkBuffers) {
  let held: Buffer | undefined;
  let heldBytes = 0;
  const hold = (part: Buffer): void => {
    held ??= buffers.take();
    part.copy(held, heldBytes);
    heldBytes += part.length;
  };
  return {
    hold,
    /** The whole chunk, which ends with `part`: a view that is valid until the next `hold` or `end`. */
    close(part: Buffer): Buffer {
      if (heldBytes === 0) return part;
      hold(part);
      const whole = (held as Buffer).subarray(0, heldBytes);
      heldBytes = 0;
      return whole;
    },
    end(): void {
      if (held !== undefined) buffers.give(held);
      held = undefined;
    },
  };
}
