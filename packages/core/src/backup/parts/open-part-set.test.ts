import { BackuperError } from '@postgres-backuper/base';
import {
  commitKey,
  dataKey,
  deriveChunkKeys,
  derivePartsKey,
  INDEX_NAME,
  type PlannedSet,
  writeCommit,
  writeIndex,
} from '@postgres-backuper/format';
import { type Destination, setOf } from '@postgres-backuper/repository';
import { faulty } from '@postgres-backuper/testing';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import {
  labelAt,
  NOON,
  putBackup,
  quietContext,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import { openPartSet } from './open-part-set.ts';

const SECRET = Buffer.alloc(32, 7);
const KEYS = deriveChunkKeys(SECRET);
const SETTINGS = '5'.repeat(64);
const INDEX = {
  index: (id: { name: string; label: string }, objects: Parameters<typeof setOf>[1]) =>
    writeIndex([], { chunkBytes: 1024, settings: SETTINGS }, { key: KEYS.index, set: setOf(id, objects) }) as Buffer,
};

async function placeWithFull() {
  const storage = faulty(createMemoryStorage(() => NOON));
  const full = await putBackup(storage, NOON, INDEX);
  return { storage, full, repository: testRepository(storage) };
}

type Place = Awaited<ReturnType<typeof placeWithFull>>;

async function copyOf({ storage: from, full }: Place): Promise<Place> {
  const storage = faulty(createMemoryStorage(() => NOON));
  for await (const { key } of from.list('')) await storage.put(key, await from.get(key, { maxBytes: 1e6 }));
  return { storage, full, repository: testRepository(storage) };
}

async function open(places: readonly Place[], { keys = KEYS, changes = {} } = {}) {
  const { full } = places[0] as Place;
  const set = { type: 'differential', parent: full.label, parentObjects: full.objects.sha256, settings: SETTINGS };
  const id = { name: full.name, label: labelAt(NOON + 1000) };
  const destinations = places.map(({ storage }): Destination => {
    return { storage, failure: undefined, isUsed: true, commitState: 'none' };
  });
  const place = { id, binding: { ...id, key: derivePartsKey(SECRET) }, destinations };
  const planned = { ...set, ...changes } as PlannedSet;
  const repositories = places.map(({ repository }) => repository);
  return openPartSet({ set: planned, keys, place }, repositories, quietContext(testClock()));
}

const remove = ({ storage, full }: Place, key: string) => storage.remove([dataKey(full, key)]);

test('a worker refers to the full of the plan', async () => {
  expect(await open([await placeWithFull()])).toMatchObject({ type: 'differential', known: { chunkBytes: 1024 } });
});

test.each<[string, (made: Place) => unknown, object, string, string]>([
  ['is gone', ({ storage, full }) => storage.remove([commitKey(full)]), {}, 'full-missing', 'is gone'],
  ['has other objects', () => undefined, { parentObjects: '6'.repeat(64) }, 'full-missing', 'is another one now'],
  ['has other settings', () => undefined, { settings: '6'.repeat(64) }, 'full-missing', 'another selection'],
  ['lost its index', (made) => remove(made, INDEX_NAME), {}, 'object-missing', 'index.bin'],
])('a full that %s ends the worker', async (_, change, changes, code, text) => {
  const made = await placeWithFull();
  await change(made);
  await expect(open([made], { changes })).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
});

test('with another secret a worker ends', async () => {
  const keys = deriveChunkKeys(Buffer.alloc(32, 8));
  const problem = { code: 'full-missing', message: expect.stringContaining('another set or secret') };
  await expect(open([await placeWithFull()], { keys })).rejects.toMatchObject(problem);
});

test('a commit that somebody wrote anew, over the same objects, changes nothing', async () => {
  const made = await placeWithFull();
  await made.storage.remove([commitKey(made.full)]);
  await made.storage.put(commitKey(made.full), writeCommit({ ...made.full, note: 'other' }));
  expect(await open([made])).toMatchObject({ type: 'differential' });
});

test('where one storage fails the other one is asked, and the first failure is told', async () => {
  const first = await placeWithFull();
  const second = await copyOf(first);
  first.storage.addFault('get').error(new BackuperError('storage-unavailable', 'busy')).repeat(100);
  expect(await open([first, second])).toMatchObject({ type: 'differential' });
  await second.storage.remove([commitKey(second.full)]);
  await expect(open([first, second])).rejects.toMatchObject({ code: 'storage-unavailable' });
});
