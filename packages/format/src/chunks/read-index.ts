import { freeMemory } from '@postgres-backuper/base/own-memory';
import type { Extent } from '../catalog-document.ts';
import { ShapeError, wrong } from '../shape.ts';
import {
  CHUNK_ENTRY_BYTES,
  CHUNKS_MAX,
  FILE_HEAD_BYTES,
  INDEX_MAX_BYTES,
  type IndexHead,
  PIECE_BYTES,
  SETTINGS_BYTES,
} from './chunk-index.ts';
import { CHUNK_ID_BYTES } from './chunk-keys.ts';
import { chunkBytesOf, type IndexBinding, openFrames } from './index-frames.ts';
import { type ChunkPlace, type ChunkTable, createChunkTable } from './known-chunks.ts';
import { createPieces, type Pieces } from './pieces.ts';

/** The chunks of a full. */
export interface KnownChunks extends IndexHead {
  readonly size: number;
  /** Where the full has the chunk, for a differential's catalog: two extents where it crosses the end of a segment. */
  find(id: Buffer, length: number): readonly Extent[] | undefined;
}

/**
 * Reads the bytes of index.bin; memory then holds about two times as many as they are. Throws ShapeError where they were
 * altered or cut, are too many, or are of another set or secret.
 */
export function readIndex(index: Uint8Array, from: IndexBinding): KnownChunks {
  if (index.length > INDEX_MAX_BYTES) throw wrong('', 'is too large');
  const chunkBytes = chunkBytesOf(index);
  const table = createChunkTable(Math.min(CHUNKS_MAX, Math.floor(index.length / CHUNK_ENTRY_BYTES)));
  const pieces = createPieces();
  const parser = createParser(table, pieces);
  let settings: string | undefined;
  for (const frame of openFrames(index, from)) {
    parser.take(settings === undefined ? frame.subarray(SETTINGS_BYTES) : frame);
    settings ??= frame.toString('hex', 0, SETTINGS_BYTES);
    freeMemory(frame);
  }
  parser.end();
  if (settings?.length !== SETTINGS_BYTES * 2) throw wrong('', 'is cut');
  return {
    ...{ chunkBytes, settings, size: table.size },
    find(id, length) {
      const place = table.find(id, length);
      return place === undefined ? undefined : pieces.extents(place, length);
    },
  };
}

/** Why an index cannot be used, e.g. `it is cut`, or undefined: another error. */
export function indexProblem(error: unknown): string | undefined {
  return error instanceof ShapeError ? error.message.replace(/^the document /, 'it ') : undefined;
}

function createParser(table: ChunkTable, pieces: Pieces) {
  let held: Buffer = Buffer.alloc(0);
  /** Of the file that is being read: pieces and chunks to come, and where its next chunk begins. */
  let left = { pieces: 0, chunks: 0 };
  let next: ChunkPlace = { piece: 0, offset: 0 };
  let chunks = 0;

  const chunk = (entry: Buffer): void => {
    const length = entry.readUInt32BE(CHUNK_ID_BYTES);
    chunks += 1;
    if (chunks > CHUNKS_MAX) throw wrong('', `has more than ${CHUNKS_MAX} chunks`);
    if (length === 0) throw wrong('', 'has an empty chunk');
    const after = pieces.after(next, length);
    if (next.piece === pieces.size || (after.offset > 0 && after.piece === pieces.size))
      throw wrong('', 'has a chunk outside of its pieces');
    table.add(entry.subarray(0, CHUNK_ID_BYTES), length, next);
    next = after;
  };
  const file = (head: Buffer): void => {
    if (next.piece !== pieces.size) throw wrong('', 'has pieces without chunks');
    left = { pieces: head.readUInt32BE(0), chunks: head.readUInt32BE(4) };
  };
  /** Reads one item at `at`; returns its bytes, or 0: more are needed. */
  const item = (at: number): number => {
    const bytes = left.pieces > 0 ? PIECE_BYTES : left.chunks > 0 ? CHUNK_ENTRY_BYTES : FILE_HEAD_BYTES;
    if (held.length - at < bytes) return 0;
    const read = held.subarray(at, at + bytes);
    if (left.pieces > 0) {
      left.pieces -= 1;
      pieces.add(read);
    } else if (left.chunks > 0) {
      left.chunks -= 1;
      chunk(read);
    } else file(read);
    return bytes;
  };
  return {
    /** Keeps nothing of the frame. */
    take(frame: Buffer): void {
      const before = held;
      held = before.length === 0 ? frame : Buffer.concat([before, frame]);
      let at = 0;
      for (let bytes = item(at); bytes > 0; bytes = item(at)) at += bytes;
      const rest = Buffer.from(held.subarray(at));
      if (before.length > 0) freeMemory(held);
      held = rest;
    },
    /** Throws ShapeError unless everything was read. */
    end(): void {
      if (held.length > 0 || left.pieces + left.chunks > 0 || next.piece !== pieces.size) throw wrong('', 'is cut');
    },
  };
}
