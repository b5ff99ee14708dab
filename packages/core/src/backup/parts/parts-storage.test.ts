import { chunksName, type DonePart, dataKey, derivePartsKey, writePartChunks } from '@postgres-backuper/format';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import { labelAt, NOON } from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import { type PartsPlace, readChunksOf } from './parts-storage.ts';

const id = { name: 'app', label: labelAt(NOON) };
const binding = { ...id, key: derivePartsKey(Buffer.alloc(32, 1)) };
const KEY = dataKey(id, chunksName(2));
/** An id of 16 bytes and a length of 3. */
const CHUNK = Buffer.from(`${'ab'.repeat(16)}00000003`, 'hex');
const of = { run: 'a'.repeat(32), range: 2 };
const STORED = writePartChunks([CHUNK], of, binding);
const DONE = { ...of, tables: [{ file: '1.dat', sizeBytes: 3, extents: [], chunks: 1 }] } as unknown as DonePart;

async function readFrom(...stored: readonly (Uint8Array | undefined)[]) {
  const destinations: PartsPlace['destinations'] = stored.map(() => ({
    storage: createMemoryStorage(() => NOON),
    failure: undefined,
    isUsed: true,
    commitState: 'none' as const,
  }));
  for (const [index, bytes] of stored.entries())
    if (bytes !== undefined) await destinations[index]?.storage.put(KEY, bytes);
  const chunks = await readChunksOf(DONE, { id, binding, destinations }, {});
  return { chunks, failures: destinations.map(({ failure }) => failure) };
}

test('chunks of a part come from the first repository that has them whole, and none is dropped for them', async () => {
  const altered = Buffer.from(STORED).fill(0, STORED.length - 8);
  const longer = Buffer.concat([STORED, Buffer.alloc(1)]);
  const good = { chunks: [CHUNK], failures: [undefined, undefined] };
  for (const other of [STORED, altered, longer, undefined]) expect(await readFrom(other, STORED)).toEqual(good);
});

test('a backup goes on without the chunks of a part that no repository has', async () => {
  expect(await readFrom(undefined)).toEqual({ chunks: undefined, failures: [undefined] });
  expect(await readFrom(Buffer.from('no'))).toEqual({ chunks: undefined, failures: [undefined] });
});
