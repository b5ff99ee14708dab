import type { Extent } from '../catalog-document.ts';
import type { Extents } from '../extents.ts';
import { CHUNK_ID_BYTES } from './chunk-keys.ts';
import { type IndexBinding, sealedIndexBytes, sealIndex } from './index-frames.ts';

/** An id and the length of its chunk, 32 bits. */
export const CHUNK_ENTRY_BYTES = CHUNK_ID_BYTES + 4;
/** Segment, offset, length. */
export const PIECE_BYTES = 12;
/** The numbers of pieces and of chunks. */
export const FILE_HEAD_BYTES = 8;
export const SETTINGS_BYTES = 32;

/** Chunks of an index at most: a reader needs at most 36 bytes of memory for each. Of 100 GiB there are about 0.6 million. */
export const CHUNKS_MAX = 2_097_152;
/** A larger index is neither written nor read: memory holds it whole. */
export const INDEX_MAX_BYTES = 64 * 1024 * 1024;

/** One file of a full, as its index holds it. */
export interface IndexedFile {
  /** Its pieces, in the order of the file's offsets. */
  readonly extents: Extents;
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

/** The bytes of index.bin, or undefined: no reader would take so many. Memory: the result, besides the files. */
export function writeIndex(
  files: readonly IndexedFile[],
  { chunkBytes, settings }: IndexHead,
  to: IndexBinding,
): Buffer | undefined {
  const chunks = files.reduce((sum, file) => sum + file.chunks.length, 0) / CHUNK_ENTRY_BYTES;
  const plainBytes = SETTINGS_BYTES + files.reduce((sum, file) => sum + headBytesOf(file) + file.chunks.length, 0);
  if (chunks > CHUNKS_MAX || sealedIndexBytes(plainBytes) > INDEX_MAX_BYTES) return undefined;
  const parts = function* () {
    yield Buffer.from(settings, 'hex');
    for (const file of files) yield* [headOf(file), file.chunks];
  };
  return sealIndex({ bytes: plainBytes, parts: parts() }, { chunkBytes }, to);
}

function headBytesOf({ extents }: IndexedFile): number {
  let pieces = 0;
  for (const extent of extents) if (hasBytes(extent)) pieces += 1;
  return FILE_HEAD_BYTES + pieces * PIECE_BYTES;
}

function headOf(file: IndexedFile): Buffer {
  const head = Buffer.alloc(headBytesOf(file));
  head.writeUInt32BE((head.length - FILE_HEAD_BYTES) / PIECE_BYTES, 0);
  head.writeUInt32BE(file.chunks.length / CHUNK_ENTRY_BYTES, 4);
  let at = FILE_HEAD_BYTES;
  for (const extent of file.extents) {
    if (!hasBytes(extent)) continue;
    for (const number of extent.slice(0, 3)) at = head.writeUInt32BE(number, at);
  }
  return head;
}

function hasBytes([, , length]: Extent): boolean {
  return length > 0;
}
