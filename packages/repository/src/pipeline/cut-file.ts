import {
  createExtents,
  type Extent,
  type Extents,
  type PackedExtents,
  TAR_BLOCK_BYTES,
  TAR_END_BYTES,
  writeTarHeader,
} from '@postgres-backuper/format';

/** Bytes for one call of `see`: large enough for few calls, small enough for the processor's cache. */
const SPAN_BYTES = 256 * 1024;

/** A file being cut into pieces. */
export interface CutFile {
  /**
   * Takes the chunk (copied at once). False: there was no room for all of it and the rest is kept; do not write again
   * before `resume` is called.
   */
  write(chunk: Buffer, resume: () => void): boolean;
  /** Memory to read the next bytes into without a copy; then call `filled`. Undefined: use `write`. */
  room(): Buffer | undefined;
  /** The first `bytes` of the last `room` were read. */
  filled(bytes: number): void;
  /** Returns the places of the pieces; valid after the cutter's `flush`. */
  end(): () => Extents;
}

/** Receives the bytes of a file in their order, in large spans; a span is valid during the call only. */
export type SeeSpan = (span: Buffer) => void;

/** An open segment. */
export interface Lane {
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
  /** Bytes that `see` has received. */
  seen: number;
}

/** Where a file gets segments from. */
export interface Lanes {
  acquire(): Lane | undefined;
  close(lane: Lane): void;
  release(lane: Lane): void;
  wait(retry: () => void): void;
}

export function createCutFile(file: { readonly name: string; readonly see: SeeSpan }, lanes: Lanes): CutFile {
  const pieces = createPieces(file, lanes);
  let waiting = false;

  /** Copies the bytes that fit; returns the rest. */
  const copy = (chunk: Buffer): Buffer => {
    let rest = chunk;
    while (rest.length > 0) {
      const room = pieces.room() ?? pieces.begin();
      if (room === undefined) return rest;
      const taken = Math.min(rest.length, room.length);
      rest.copy(room, 0, 0, taken);
      rest = rest.subarray(taken);
      pieces.grow(taken);
    }
    return rest;
  };
  const retryLater = (rest: Buffer, resume: () => void): void => {
    waiting = true;
    lanes.wait(() => {
      const left = copy(rest);
      if (left.length > 0) return retryLater(left, resume);
      waiting = false;
      resume();
    });
  };

  return {
    write(chunk, resume) {
      const rest = copy(chunk);
      if (rest.length === 0) return true;
      retryLater(Buffer.from(rest), resume);
      return false;
    },
    room: () => (waiting ? undefined : pieces.room()),
    filled: pieces.grow,
    end() {
      const lane = pieces.end();
      if (lane !== undefined) lanes.release(lane);
      return pieces.extents;
    },
  };
}

/** The pieces of one file; at most one of them is open. */
function createPieces({ name, see }: { readonly name: string; readonly see: SeeSpan }, lanes: Lanes) {
  /** Of segments that are closed; the last piece of a file waits for its segment's number. */
  let closed: PackedExtents | undefined;
  let last: Piece | undefined;
  let offset = 0;
  let piece: Piece | undefined;

  const room = (): Buffer | undefined => piece?.lane.buffer.subarray(endOf(piece), limitOf(piece.lane));
  const end = (): Lane | undefined => {
    const done = piece;
    if (done === undefined) return undefined;
    showSpan(done, see);
    writeTarHeader(done.lane.buffer, done.headerAt, { file: name, offset: done.fileOffset, length: done.length });
    done.lane.used = dataAt(done) + padded(done.length);
    piece = undefined;
    last = done;
    return done.lane;
  };
  return {
    room,
    end,
    /** Opens a piece if a segment is free. */
    begin(): Buffer | undefined {
      const lane = lanes.acquire();
      if (lane === undefined) return undefined;
      piece = { lane, headerAt: lane.used, fileOffset: offset, length: 0, seen: 0 };
      return room();
    },
    /** Adds the next `bytes` of the segment to the piece. A full segment is closed. */
    grow(bytes: number): void {
      if (piece === undefined) return;
      piece.length += bytes;
      offset += bytes;
      if (piece.length - piece.seen >= SPAN_BYTES) showSpan(piece, see);
      if (endOf(piece) < limitOf(piece.lane)) return;
      const done = piece;
      end();
      lanes.close(done.lane);
      closed ??= createExtents();
      closed.add(placeOf(done));
      last = undefined;
    },
    extents: () => {
      if (closed === undefined) return last === undefined ? [] : [placeOf(last)];
      if (last !== undefined) closed.add(placeOf(last));
      last = undefined;
      return closed;
    },
  };
}

function placeOf(done: Piece): Extent {
  return [done.lane.number, dataAt(done), done.length];
}

function showSpan(piece: Piece, see: SeeSpan): void {
  const from = dataAt(piece) + piece.seen;
  if (piece.seen < piece.length) see(piece.lane.buffer.subarray(from, endOf(piece)));
  piece.seen = piece.length;
}

function padded(length: number): number {
  return Math.ceil(length / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
}

function dataAt(piece: Piece): number {
  return piece.headerAt + TAR_BLOCK_BYTES;
}

function endOf(piece: Piece): number {
  return dataAt(piece) + piece.length;
}

/** The limit for data, so that the end of the tar still fits. */
export function limitOf(lane: Lane): number {
  return lane.buffer.length - TAR_END_BYTES;
}
