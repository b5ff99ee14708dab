import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Extent } from '../catalog-document.ts';
import { CHUNK_ENTRY_BYTES, type IndexedFile, readIndex, writeIndex } from './chunk-index.ts';
import { deriveChunkKeys } from './chunk-keys.ts';
import { INDEX_HEADER_BYTES } from './index-frames.ts';

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
  return writeIndex(files, { chunkBytes: CHUNK_BYTES, settings: SETTINGS }, { key: KEY, set: SET });
}

async function read(bytes: Uint8Array, { key = KEY, set = SET, step = 50_000 } = {}) {
  async function* parts() {
    for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
  }
  return readIndex(parts(), { key, set });
}

/** More than two frames. */
function large(): IndexedFile & { ids: readonly Buffer[] } {
  const lengths = Array.from({ length: 8000 }, () => 1000);
  return fileOf([[0, 512, 8_000_000]], lengths);
}

test.each([1, 7, 65_552, 1_000_000])('every chunk is found where it is, read in parts of %i bytes', async (step) => {
  const first = fileOf([[0, 512, 1000]], [400, 600]);
  const crossing = fileOf(
    [
      [0, 2048, 100],
      [2, 512, 10],
      [3, 512, 90],
    ],
    [50, 120, 30],
  );
  const known = await read(write([first, fileOf([], []), crossing]), { step });
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

test('a chunk is not found with another length, nor another id', async () => {
  const file = fileOf([[0, 512, 1000]], [1000]);
  const known = await read(write([file]));
  expect(known.find(file.ids[0] as Buffer, 999)).toBeUndefined();
  expect(known.find(randomBytes(16), 1000)).toBeUndefined();
});

test('many chunks are found, and a backup without files has an index', async () => {
  const file = large();
  const known = await read(write([file]));
  expect(file.ids.map((id) => known.find(id, 1000)?.[0]?.[1])).toEqual(file.ids.map((_, at) => 512 + at * 1000));
  expect((await read(write([]))).size).toBe(0);
});

test('any altered byte is found', async () => {
  const bytes = write([fileOf([[0, 512, 1000]], [1000])]);
  for (let at = 0; at < bytes.length; at += 1) {
    const altered = Buffer.from(bytes);
    altered[at] = (altered[at] as number) ^ 1;
    await expect(read(altered), `byte ${at}`).rejects.toThrow(/was altered|is not an index/);
  }
});

test('an index that was cut, extended, or has frames in another order is refused', async () => {
  const bytes = write([large()]);
  const frame = 65_536 + 16;
  const at = (number: number): number => INDEX_HEADER_BYTES + number * frame;
  for (const length of [0, 10, INDEX_HEADER_BYTES, at(0) + 8, at(1), at(2), at(2) + 5, bytes.length - 1])
    await expect(read(bytes.subarray(0, length)), `${length} bytes`).rejects.toThrow(/is shorter|is cut|was altered/);
  await expect(read(Buffer.concat([bytes, Buffer.alloc(1)]))).rejects.toThrow('was altered');
  const swapped = [bytes.subarray(0, at(0)), bytes.subarray(at(1), at(2)), bytes.subarray(at(0), at(1))];
  await expect(read(Buffer.concat([...swapped, bytes.subarray(at(2))]))).rejects.toThrow('was altered');
});

test('an index of another set or secret is refused', async () => {
  const bytes = write([large()]);
  await expect(read(bytes, { set: 'app/backup_20260315_021501_abcdef' })).rejects.toThrow('of another set');
  const key = deriveChunkKeys(Buffer.alloc(32, 8)).index;
  await expect(read(bytes, { key })).rejects.toThrow('of another set or secret');
});

test('chunks that do not fill the pieces of their file are refused', async () => {
  await expect(read(write([fileOf([[0, 512, 1000]], [900])]))).rejects.toThrow('is cut');
  await expect(read(write([fileOf([[0, 512, 1000]], [900]), large()]))).rejects.toThrow('pieces without chunks');
  await expect(read(write([fileOf([[0, 512, 1000]], [1100])]))).rejects.toThrow('outside of its pieces');
});
