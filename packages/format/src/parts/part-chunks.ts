import { freeMemory } from '@postgres-backuper/base/own-memory';
import { CHUNK_ENTRY_BYTES, CHUNKS_MAX } from '../chunks/chunk-index.ts';
import { CHUNK_ID_BYTES } from '../chunks/chunk-keys.ts';
import { sealedIndexBytes } from '../chunks/index-frames.ts';
import { chunksName } from '../keys.ts';
import { wrong } from '../shape.ts';
import { type DonePart, filesOfPart } from './done-part.ts';
import type { PlanBinding } from './parts-plan.ts';
import { openDocumentFrames, type PartsBinding, sealBytes } from './sealed-document.ts';

/** Whose chunks they are: those of no other run or range fit. */
type OfPart = Pick<DonePart, 'run' | 'range'>;

/** `chunks-<range>.bin`: chunks of the files of a part in the order of its list, as an index has them. Memory: the result. */
export function writePartChunks(chunks: readonly Buffer[], of: OfPart, to: PlanBinding): Buffer {
  const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
  return sealBytes({ bytes, parts: chunks }, bindingOf(of, to));
}

/** Size of the object that the list of a part tells of. */
export function partChunksBytes(done: DonePart): number {
  return sealedIndexBytes(Math.min(chunksIn(done), CHUNKS_MAX) * CHUNK_ENTRY_BYTES);
}

function chunksIn(done: DonePart): number {
  return filesOfPart(done).reduce((sum, { chunks = 0 }) => sum + chunks, 0);
}

/**
 * The chunks of each file of a part. Throws ShapeError where they are altered, cut, of another part or secret, or are not
 * the bytes of the files: an index of other lengths would refer to other rows. Memory: the result.
 */
export function readPartChunks(stored: Uint8Array, done: DonePart, from: PlanBinding): readonly Buffer[] {
  const files = filesOfPart(done);
  const total = chunksIn(done);
  if (total > CHUNKS_MAX) throw wrong('', `has more than ${CHUNKS_MAX} chunks`);
  const all = Buffer.alloc(total * CHUNK_ENTRY_BYTES);
  let used = 0;
  for (const frame of openDocumentFrames(stored, bindingOf(done, from))) {
    if (used + frame.length > all.length) throw wrong('', 'has more chunks than the list of its part says');
    used += frame.copy(all, used);
    freeMemory(frame);
  }
  if (used < all.length) throw wrong('', 'has fewer chunks than the list of its part says');
  let begin = 0;
  return files.map(({ name, sizeBytes, chunks = 0 }) => {
    const end = begin + chunks * CHUNK_ENTRY_BYTES;
    const own = all.subarray(begin, end);
    begin = end;
    if (bytesOf(own) !== sizeBytes) throw wrong('', `has other bytes than '${name}'`);
    return own;
  });
}

function bytesOf(chunks: Buffer): number {
  let bytes = 0;
  for (let at = CHUNK_ID_BYTES; at < chunks.length; at += CHUNK_ENTRY_BYTES) bytes += chunks.readUInt32BE(at);
  return bytes;
}

function bindingOf({ run, range }: OfPart, to: PlanBinding): PartsBinding {
  return { ...to, object: `${chunksName(range)} ${run}` };
}
