import type { Extent } from '../format/catalog.ts';
import { TAR_BLOCK_BYTES, TAR_END_BYTES, writeTarEnd, writeTarHeader } from '../format/tar.ts';
import type { BufferPool } from './buffers.ts';

/** Less room than this is not worth a piece: the segment is closed instead. */
const SMALLEST_PIECE_BYTES = 4096;

/** A full segment on its way to the storage. */
export interface CutSegment {
  /** Counted in the order in which segments are closed, so that the pieces of a file lie in increasing segments. */
  readonly number: number;
  /** The tar; a view of `buffer`. */
  readonly tar: Buffer;
  /** Give it back to the pool when the segment is stored: what is under way stays bounded. */
  readonly buffer: Buffer;
}

/** A file being cut into pieces. */
export interface CutFile {
  /**
   * Takes the chunk (copied at once). False: there was no room for all of it, the rest is kept; write no more until
   * `resume` was called.
   */
  write(chunk: Buffer, resume: () => void): boolean;
  /** Where the pieces lie; valid after the cutter's `flush`. */
  end(): () => readonly Extent[];
}

export interface Cutter {
  open(name: string): CutFile;
  /** To be called when a buffer came back to the pool. */
  wake(): void;
  /** Closes the open segments. All files must have ended. */
  flush(): void;
}

interface Lane {
  readonly buffer: Buffer;
  used: number;
  /** Set when the segment is closed. */
  number: number;
}

interface Piece {
  readonly lane: Lane;
  readonly headerAt: number;
  readonly fileOffset: number;
  length: number;
}

/**
 * Cuts files that arrive side by side into segments. A lane is an open segment; a file borrows one while it has data,
 * and small files share segments without being copied twice. Waiting files are woken by a freed buffer *and* by a
 * lane given back: pg_dump goes on to its next table when the last bytes of one are in the pipe, so more files than
 * it has workers may be waiting.
 */
export function createCutter(options: {
  readonly lanes: number;
  readonly pool: BufferPool;
  readonly onSegment: (segment: CutSegment) => void;
}): Cutter {
  const idle: Lane[] = [];
  const waiting: (() => void)[] = [];
  let open = 0;
  let closed = 0;

  const acquire = (): Lane | undefined => {
    const lane = idle.pop();
    if (lane !== undefined) return lane;
    if (open === options.lanes) return undefined;
    const buffer = options.pool.take();
    if (buffer === undefined) return undefined;
    open += 1;
    return { buffer, used: 0, number: -1 };
  };
  const close = (lane: Lane): void => {
    open -= 1;
    lane.number = closed;
    closed += 1;
    const end = writeTarEnd(lane.buffer, lane.used);
    options.onSegment({ number: lane.number, tar: lane.buffer.subarray(0, end), buffer: lane.buffer });
  };
  const wake = (): void => {
    for (const retry of waiting.splice(0)) retry();
  };
  const release = (lane: Lane): void => {
    if (roomIn(lane) < SMALLEST_PIECE_BYTES) close(lane);
    else idle.push(lane);
    wake();
  };
  const wait = (retry: () => void): void => {
    waiting.push(retry);
  };

  return {
    open: (name) => createCutFile(name, { acquire, close, release, wait }),
    wake,
    flush: () => {
      for (const lane of idle.splice(0)) close(lane);
    },
  };
}

interface Lanes {
  acquire(): Lane | undefined;
  close(lane: Lane): void;
  release(lane: Lane): void;
  wait(retry: () => void): void;
}

function createCutFile(name: string, lanes: Lanes): CutFile {
  const pieces: Piece[] = [];
  let offset = 0;
  let piece: Piece | undefined;

  const begin = (): Piece | undefined => {
    const lane = lanes.acquire();
    if (lane === undefined) return undefined;
    const begun = { lane, headerAt: lane.used, fileOffset: offset, length: 0 };
    pieces.push(begun);
    return begun;
  };
  const finish = (done: Piece): void => {
    writeTarHeader(done.lane.buffer, done.headerAt, { file: name, offset: done.fileOffset, length: done.length });
    done.lane.used = dataAt(done) + padded(done.length);
    piece = undefined;
  };
  /** Copies what fits; returns what did not. */
  const copy = (chunk: Buffer): Buffer => {
    let rest = chunk;
    while (rest.length > 0) {
      piece ??= begin();
      if (piece === undefined) return rest;
      const at = dataAt(piece) + piece.length;
      const taken = rest.copy(piece.lane.buffer, at, 0, Math.min(rest.length, limitOf(piece.lane) - at));
      piece.length += taken;
      offset += taken;
      rest = rest.subarray(taken);
      if (at + taken === limitOf(piece.lane)) {
        const { lane } = piece;
        finish(piece);
        lanes.close(lane);
      }
    }
    return rest;
  };
  const retryLater = (rest: Buffer, resume: () => void): void => {
    lanes.wait(() => {
      const left = copy(rest);
      if (left.length === 0) resume();
      else retryLater(left, resume);
    });
  };

  return {
    write(chunk, resume) {
      const rest = copy(chunk);
      if (rest.length === 0) return true;
      retryLater(Buffer.from(rest), resume);
      return false;
    },
    end() {
      if (piece !== undefined) {
        const { lane } = piece;
        finish(piece);
        lanes.release(lane);
      }
      return () => pieces.map((done): Extent => [done.lane.number, dataAt(done), done.length]);
    },
  };
}

function padded(length: number): number {
  return Math.ceil(length / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
}

function dataAt(piece: Piece): number {
  return piece.headerAt + TAR_BLOCK_BYTES;
}

/** Where data must end, so that the end of the archive still fits. */
function limitOf(lane: Lane): number {
  return lane.buffer.length - TAR_END_BYTES;
}

function roomIn(lane: Lane): number {
  return limitOf(lane) - lane.used - TAR_BLOCK_BYTES;
}
