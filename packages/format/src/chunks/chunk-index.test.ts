import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Extent } from '../catalog-document.ts';
import { CHUNK_ENTRY_BYTES, CHUNKS_MAX, INDEX_MAX_BYTES, type IndexedFile, writeIndex } from './chunk-index.ts';
import { deriveChunkKeys } from './chunk-keys.ts';
import { INDEX_HEADER_BYTES } from './index-frames.ts';
import { type KnownChunks, readIndex } from './read-index.ts';

const KEY = deriveChunkKeys(Buffer.alloc(32, 7)).index;
const SET = 'app/backup_20260315_021500_abcdef';
const CHUNK_BYTES = 32_768;
const SETTINGS = '5'.repeat(64);

function fileOf(extents: readonly Extent[], lengths: readonly number[]): IndexedFile & { ids: readonly Buffer[] } {
  const entries = lengths.map((length) => {
    const entry = randomBytes(CHUNK_ENTRY_BYTES);
    entry.writeUInt32BE(length, 16);
    return entry;
  });
  return { extents, chunks: Buffer.concat(entries), ids: entries.map((entry) => entry.subarray(0, 16)) };
}

function write(files: readonly IndexedFile[]): Buffer {
  return writeIndex(files, { chunkBytes: CHUNK_BYTES, settings: SETTINGS }, { key: KEY, set: SET }) as Buffer;
}

function read(bytes: Uint8Array, { key = KEY, set = SET } = {}): KnownChunks {
  return readIndex(bytes, { key, set });
}

/** More than two frames. */
function large(): IndexedFile & { ids: readonly Buffer[] } {
  const lengths = Array.from({ length: 8000 }, () => 1000);
  return fileOf([[0, 512, 8_000_000]], lengths);
}

test('every chunk is found where it is', () => {
  const first = fileOf([[0, 512, 1000]], [400, 600]);
  const crossing = fileOf(
    [
      [0, 2048, 100],
      [2, 512, 10],
      [3, 512, 90],
    ],
    [50, 120, 30],
  );
  const known = read(write([first, fileOf([], []), crossing]));
  expect(known).toMatchObject({ chunkBytes: CHUNK_BYTES, settings: SETTINGS, size: 5 });
  const found = [...first.ids.map((id, at) => known.find(id, [400, 600][at] as number))];
  found.push(...crossing.ids.map((id, at) => known.find(id, [50, 120, 30][at] as number)));
  expect(found).toEqual([
    [[0, 512, 400, 1]],
    [[0, 912, 600, 1]],
    [[0, 2048, 50, 1]],
    [
      [0, 2098, 50, 1],
      [2, 512, 10, 1],
      [3, 512, 60, 1],
    ],
    [[3, 572, 30, 1]],
  ]);
});

test('a chunk is not found with another length, nor another id', () => {
  const file = fileOf([[0, 512, 1000]], [1000]);
  const known = read(write([file]));
  expect(known.find(file.ids[0] as Buffer, 999)).toBeUndefined();
  expect(known.find(randomBytes(16), 1000)).toBeUndefined();
});

test('many chunks are found, and a backup without files has an index', () => {
  const file = large();
  const known = read(write([file]));
  expect(file.ids.map((id) => known.find(id, 1000)?.[0]?.[1])).toEqual(file.ids.map((_, at) => 512 + at * 1000));
  expect(read(write([])).size).toBe(0);
});

test('any altered byte is found', () => {
  const bytes = write([fileOf([[0, 512, 1000]], [1000])]);
  for (let at = 0; at < bytes.length; at += 1) {
    const altered = Buffer.from(bytes);
    altered[at] = (altered[at] as number) ^ 1;
    expect(() => read(altered), `byte ${at}`).toThrow(/was altered|is not an index/);
  }
});

test('an index that was cut, extended, or has frames in another order is refused', () => {
  const bytes = write([large()]);
  const frame = 65_536 + 16;
  const at = (number: number): number => INDEX_HEADER_BYTES + number * frame;
  for (const length of [0, 10, INDEX_HEADER_BYTES, at(0) + 8, at(1), at(2), at(2) + 5, bytes.length - 1])
    expect(() => read(bytes.subarray(0, length)), `${length} bytes`).toThrow(/is shorter|is cut|was altered/);
  expect(() => read(Buffer.concat([bytes, Buffer.alloc(1)]))).toThrow('was altered');
  const swapped = [bytes.subarray(0, at(0)), bytes.subarray(at(1), at(2)), bytes.subarray(at(0), at(1))];
  expect(() => read(Buffer.concat([...swapped, bytes.subarray(at(2))]))).toThrow('was altered');
});

test('an index of another set or secret is refused', () => {
  const bytes = write([large()]);
  expect(() => read(bytes, { set: 'app/backup_20260315_021501_abcdef' })).toThrow('of another set');
  const key = deriveChunkKeys(Buffer.alloc(32, 8)).index;
  expect(() => read(bytes, { key })).toThrow('of another set or secret');
});

test('chunks that do not fill the pieces of their file are refused', () => {
  expect(() => read(write([fileOf([[0, 512, 1000]], [900])]))).toThrow('is cut');
  expect(() => read(write([fileOf([[0, 512, 1000]], [900]), large()]))).toThrow('pieces without chunks');
  expect(() => read(write([fileOf([[0, 512, 1000]], [1100])]))).toThrow('outside of its pieces');
});

test('an index that no reader would take is not written', () => {
  const index = { chunkBytes: CHUNK_BYTES, settings: SETTINGS };
  const to = { key: KEY, set: SET };
  const file = (chunks: number): IndexedFile => ({ extents: [], chunks: Buffer.alloc(chunks * CHUNK_ENTRY_BYTES) });
  expect(writeIndex([file(CHUNKS_MAX), file(1)], index, to)).toBeUndefined();
  const extents = Array.from({ length: 10_000 }, (): Extent => [0, 512, 1]);
  const pieces = Array.from({ length: INDEX_MAX_BYTES / 12 / 10_000 + 1 }, () => ({ ...file(0), extents }));
  expect(writeIndex(pieces, index, to)).toBeUndefined();
  expect(() => read(Buffer.alloc(INDEX_MAX_BYTES + 1))).toThrow('too large');
});

/** Of 100 GiB in chunks of 128 KiB, which are 180 KiB in fact, and as many pieces as it has segments of 8 MiB. */
test('the index of 100 GiB takes 24 MiB to write, and 36 bytes for each chunk when it was read', () => {
  const chunks = randomBytes(CHUNK_ENTRY_BYTES * 590_000);
  for (let at = 16; at < chunks.length; at += CHUNK_ENTRY_BYTES) chunks.writeUInt32BE(182_000, at);
  const pieceBytes = (590_000 * 182_000) / 12_500;
  const extents = Array.from({ length: 12_500 }, (_, at): Extent => [at, 512, pieceBytes]);
  const before = process.memoryUsage().arrayBuffers;
  const index = write([{ extents, chunks }]);
  const written = process.memoryUsage().arrayBuffers;
  expect(written - before).toBeLessThan(24 * 1024 ** 2);
  const known = read(index);
  expect(known.size).toBe(590_000);
  expect(process.memoryUsage().arrayBuffers - written).toBeLessThan(36 * 590_000 + 1024 ** 2);
});
