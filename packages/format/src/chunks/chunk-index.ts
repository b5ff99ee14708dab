import type { Extent } from '../catalog-document.ts';
import { ShapeError, wrong } from '../shape.ts';
import { CHUNK_ID_BYTES } from './chunk-keys.ts';
import { chunkBytesOf, INDEX_HEADER_BYTES, type IndexBinding, openFrames, sealIndex } from './index-frames.ts';
import { createChunkTable } from './known-chunks.ts';

/** An id and the length of its chunk, 32 bits. */
export const CHUNK_ENTRY_BYTES = CHUNK_ID_BYTES + 4;
const PIECE_BYTES = 12;
const SETTINGS_BYTES = 32;

/** One file of a full, as its index holds it. */
export interface IndexedFile {
  /** Its pieces, in the order of the file's offsets. */
  readonly extents: readonly Extent[];
  /** Its chunks in their order: CHUNK_ENTRY_BYTES each. */
  readonly chunks: Buffer;
}

/** What an index says of its full besides chunks. */
export interface IndexHead {
  /** The average that chunks were cut for, bytes. */
  readonly chunkBytes: number;
  /** SHA-256, hexadecimal, of the settings that the backups of a set have in common. */
  readonly settings: string;
}

/** The chunks of a full. */
export interface KnownChunks extends IndexHead {
  readonly size: number;
  /** Where the full has the chunk, for a differential's catalog: two extents where it crosses the end of a segment. */
  find(id: Buffer, length: number): readonly Extent[] | undefined;
}

/** The bytes of index.bin. */
export function writeIndex(
  files: readonly IndexedFile[],
  { chunkBytes, settings }: IndexHead,
  to: IndexBinding,
): Buffer {
  const parts = files.flatMap(({ extents: all, chunks }) => {
    const extents = all.filter(([, , length]) => length > 0);
    const head = Buffer.alloc(8 + extents.length * PIECE_BYTES);
    head.writeUInt32BE(extents.length, 0);
    head.writeUInt32BE(chunks.length / CHUNK_ENTRY_BYTES, 4);
    for (const [number, [segment, offset, length]] of extents.entries()) {
      head.writeUInt32BE(segment, 8 + number * PIECE_BYTES);
      head.writeUInt32BE(offset, 12 + number * PIECE_BYTES);
      head.writeUInt32BE(length, 16 + number * PIECE_BYTES);
    }
    return [head, chunks];
  });
  return sealIndex(Buffer.concat([Buffer.from(settings, 'hex'), ...parts]), { chunkBytes }, to);
}

/**
 * Reads an index as a stream: memory holds its chunks, never the object. Throws ShapeError where it is altered, cut, or
 * of another set or secret.
 */
export async function readIndex(source: AsyncIterable<Uint8Array>, from: IndexBinding): Promise<KnownChunks> {
  const iterator = source[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  while (start.length < INDEX_HEADER_BYTES) {
    const { value, done } = await iterator.next();
    if (done === true) break;
    start = Buffer.concat([start, value]);
  }
  const chunkBytes = chunkBytesOf(start);
  const rest = async function* () {
    yield start.subarray(INDEX_HEADER_BYTES);
    yield* { [Symbol.asyncIterator]: () => iterator };
  };
  const parser = createParser();
  let settings: string | undefined;
  for await (const frame of openFrames(rest(), start.subarray(0, INDEX_HEADER_BYTES), from)) {
    parser.take(settings === undefined ? frame.subarray(SETTINGS_BYTES) : frame);
    settings ??= frame.toString('hex', 0, SETTINGS_BYTES);
  }
  if (settings?.length !== SETTINGS_BYTES * 2) throw wrong('', 'is cut');
  return { chunkBytes, settings, ...parser.end() };
}

/** Why an index cannot be used, or undefined: another error. */
export function indexProblem(error: unknown): string | undefined {
  return error instanceof ShapeError ? error.message : undefined;
}

function createParser() {
  const table = createChunkTable();
  const pieces: Extent[] = [];
  let held = Buffer.alloc(0);
  /** Of the file that is being read: pieces and chunks to come, and where its next chunk begins. */
  let left = { pieces: 0, chunks: 0 };
  let next = { piece: 0, offset: 0 };

  const chunk = (entry: Buffer): void => {
    const length = entry.readUInt32BE(CHUNK_ID_BYTES);
    if (length === 0) throw wrong('', 'has an empty chunk');
    if (pieces[next.piece] === undefined) throw wrong('', 'has a chunk outside of its pieces');
    table.add(entry.subarray(0, CHUNK_ID_BYTES), length, next);
    next = { piece: next.piece, offset: next.offset + length };
    for (let piece = pieces[next.piece]; piece !== undefined && next.offset >= piece[2]; piece = pieces[next.piece])
      next = { piece: next.piece + 1, offset: next.offset - piece[2] };
    if (next.offset > 0 && pieces[next.piece] === undefined) throw wrong('', 'has a chunk outside of its pieces');
  };
  /** Reads one item at `at`; returns its bytes, or 0: more are needed. */
  const item = (at: number): number => {
    const room = held.length - at;
    if (left.pieces > 0) {
      if (room < PIECE_BYTES) return 0;
      left.pieces -= 1;
      pieces.push([held.readUInt32BE(at), held.readUInt32BE(at + 4), held.readUInt32BE(at + 8)]);
      return PIECE_BYTES;
    }
    if (left.chunks > 0) {
      if (room < CHUNK_ENTRY_BYTES) return 0;
      left.chunks -= 1;
      chunk(held.subarray(at, at + CHUNK_ENTRY_BYTES));
      return CHUNK_ENTRY_BYTES;
    }
    if (room < 8) return 0;
    if (next.piece !== pieces.length) throw wrong('', 'has pieces without chunks');
    left = { pieces: held.readUInt32BE(at), chunks: held.readUInt32BE(at + 4) };
    return 8;
  };
  const find: KnownChunks['find'] = (id, length) => {
    const place = table.find(id, length);
    return place === undefined ? undefined : extentsOf(pieces, place, length);
  };
  return {
    take(frame: Buffer): void {
      held = Buffer.concat([held, frame]);
      let at = 0;
      for (let bytes = item(at); bytes > 0; bytes = item(at)) at += bytes;
      held = held.subarray(at);
    },
    end(): Omit<KnownChunks, keyof IndexHead> {
      if (held.length > 0 || left.pieces + left.chunks > 0 || next.piece !== pieces.length) throw wrong('', 'is cut');
      return { size: table.size, find };
    },
  };
}

function extentsOf(
  pieces: readonly Extent[],
  place: { readonly piece: number; readonly offset: number },
  length: number,
): readonly Extent[] {
  const extents: Extent[] = [];
  let { piece, offset } = place;
  for (let rest = length; rest > 0; piece += 1, offset = 0) {
    const [segment, at, bytes] = pieces[piece] as Extent;
    const taken = Math.min(rest, bytes - offset);
    extents.push([segment, at + offset, taken, 1]);
    rest -= taken;
  }
  return extents;
}
