import { chunksName, createObjectList, type DonePart, dataKey, derivePartsKey } from '@postgres-backuper/format';
import type { Destination } from '@postgres-backuper/repository';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import { expect, test } from 'vitest';
import { type PartsPlace, putPartChunks, readChunksOf } from './parts-storage.ts';

const id = { name: 'app', label: 'backup_20260315_021500_a1b2c3' };
const KEY = dataKey(id, chunksName(2));
const CHUNK = Buffer.alloc(20, 5).fill(0, 16);
CHUNK.writeUInt32BE(3, 16);
const stored = { file: '7.dat', sizeBytes: 3, sha256: '', extents: [], chunks: 1 };
const DONE: DonePart = {
  ...{ version: 1, run: 'a'.repeat(32), part: 1, range: 2, set: 'chunks', machine: null, durationMs: 1 },
  ...{ objects: createObjectList(), tables: [{ ...stored, copy: { rows: 0, bytes: 0, sha256: '' } }] },
};

/** Two repositories with the chunks of a part. */
async function placeWithChunks() {
  const destinations = [1, 2].map((): Destination => {
    const storage = createMemoryStorage(() => 0);
    return { storage, failure: undefined, isUsed: true, commitState: 'none' };
  });
  const place: PartsPlace = { id, binding: { ...id, key: derivePartsKey(Buffer.alloc(32, 7)) }, destinations };
  await putPartChunks({ ...DONE, chunks: [CHUNK] }, place, {});
  return { place, destinations };
}

test('the chunks of a part are read from any repository that has them, and none is dropped for their absence', async () => {
  const { place, destinations } = await placeWithChunks();
  expect(await readChunksOf(DONE, place, {})).toEqual([CHUNK]);
  await destinations[0]?.storage.remove([KEY]);
  expect(await readChunksOf(DONE, place, {})).toEqual([CHUNK]);
  expect(destinations.map(({ failure }) => failure)).toEqual([undefined, undefined]);
  await destinations[1]?.storage.remove([KEY]);
  await expect(readChunksOf(DONE, place, {})).rejects.toMatchObject({ code: 'object-missing' });
});

test('chunks that are not those of the part are refused', async () => {
  const { place } = await placeWithChunks();
  const others = [{ run: 'b'.repeat(32) }, { tables: DONE.tables.map((one) => ({ ...one, sizeBytes: 4 })) }];
  for (const other of others)
    await expect(readChunksOf({ ...DONE, ...other }, place, {})).rejects.toMatchObject({
      code: 'configuration-invalid',
    });
});
