import type { Chunker } from '@postgres-backuper/format';
import type { SeeSpan } from '../pipeline/cut-file.ts';

/** A chunk has at most this many times the average size. */
const LARGEST = 4;
/** Least room that is offered: as many bytes as a pipe holds. */
const ROOM_BYTES = 64 * 1024;
/** Bytes for one call of `see`. */
const SPAN_BYTES = 128 * 1024;

/** Buffers of files that have ended are used again: there are as many as files that arrive side by side. */
export interface ChunkBuffers {
  take(): Buffer;
  give(buffer: Buffer): void;
}

/** Of twice the largest chunk and more, so that few bytes are moved to its front. */
export function createChunkBuffers(chunkBytes: number): ChunkBuffers {
  const free: Buffer[] = [];
  const sizeBytes = 2 * LARGEST * chunkBytes + 4 * ROOM_BYTES;
  return {
    take: () => free.pop() ?? Buffer.allocUnsafeSlow(sizeBytes),
    give: (buffer) => void free.push(buffer),
  };
}

/** The bytes of a file from the begin of its open chunk on. Pipes are read into it directly. */
export interface ChunkBuffer {
  /** Copies the bytes that fit, without showing them; returns the rest. */
  fill(bytes: Buffer): Buffer;
  /** Memory for the next bytes, which `filled` then adds. Undefined of a file that is small so far: `fill`. */
  room(): Buffer | undefined;
  filled(bytes: number): void;
  /** The next whole chunk; undefined: it is not here yet. Valid until the next call of another method. */
  next(): Buffer | undefined;
  /** The last chunk, without an end of its own; may be empty. */
  rest(): Buffer;
  /** Shows all bytes that `see` has not received. */
  show(): void;
  /** Gives the memory back. */
  end(): void;
}

interface BufferParts {
  readonly chunker: Chunker;
  readonly buffers: ChunkBuffers;
  readonly see: SeeSpan;
}

/** A file of one span has no more memory than that needs: there are databases of many small tables. */
export function createChunkBuffer({ chunker, buffers, see }: BufferParts): ChunkBuffer {
  let memory: Buffer = Buffer.alloc(0);
  let isShared = false;
  /** Where the open chunk begins; where a cut is looked for next; what was seen; where the bytes end. */
  let [start, at, seen, used] = [0, 0, 0, 0];

  const show = (): void => {
    if (seen < used) see(memory.subarray(seen, used));
    seen = used;
  };
  /** Moves the open chunk to the front of a shared buffer. */
  const makeRoom = (): void => {
    show();
    const into = isShared ? memory : buffers.take();
    memory.copy(into, 0, start, used);
    memory = into;
    isShared = true;
    [start, at, seen, used] = [0, at - start, used - start, used - start];
  };
  const free = (): Buffer => {
    if (memory.length - used < ROOM_BYTES) makeRoom();
    return memory.subarray(used);
  };
  const filled = (bytes: number): void => {
    used += bytes;
    if (used - seen >= SPAN_BYTES) show();
  };
  return {
    room: () => (isShared ? free() : undefined),
    filled,
    show,
    fill(bytes) {
      show();
      const isFirst = used === 0 && !isShared;
      if (isFirst && bytes.length <= ROOM_BYTES) memory = Buffer.alloc(bytes.length);
      const taken = bytes.copy(isFirst && memory.length > 0 ? memory : free());
      used += taken;
      seen = used;
      return bytes.subarray(taken);
    },
    next() {
      const end = chunker.next(memory.subarray(0, used), at);
      at = end === -1 ? used : end;
      if (end === -1) return undefined;
      const chunk = memory.subarray(start, end);
      start = end;
      return chunk;
    },
    rest: () => memory.subarray(start, used),
    end() {
      if (isShared) buffers.give(memory);
      memory = Buffer.alloc(0);
    },
  };
}
