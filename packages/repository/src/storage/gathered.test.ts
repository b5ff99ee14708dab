import { createHash } from 'node:crypto';
import {
  type Commit,
  commitKey,
  type GatheredObject,
  gatheredKey,
  signatureKey,
  writeGatheredCommits,
} from '@postgres-backuper/format';
import { expect, test } from 'vitest';
import { createMemoryStorage } from '../../../testing/src/memory-storage.ts';
import {
  HOUR,
  NOON,
  putCommit,
  SIGNER,
  signatureOf,
  testRepository,
} from '../../../testing/src/repository.test-data.ts';
import { listBackups } from '../backups/commits.ts';
import { gatherCommits } from '../backups/gather.ts';
import { gathered } from './gathered.ts';
import { observed } from './observed.ts';
import type { Storage } from './storage.ts';

/** A storage whose listings have MD5 sums, as S3 has. */
function listingMd5(storage: Storage): Storage {
  return {
    ...storage,
    listsMd5: true,
    async *list(prefix, options) {
      for await (const object of storage.list(prefix, options)) {
        const body = await storage.get(object.key, { maxBytes: 1e6 });
        yield { ...object, md5: createHash('md5').update(body).digest('hex') };
      }
    },
  };
}

async function withBackups(count: number) {
  const memory = createMemoryStorage();
  const storage = listingMd5(memory);
  const commits: Commit[] = [];
  for (let index = 0; index < count; index += 1) commits.push(await putCommit(storage, NOON + index * HOUR));
  const name = commits[0]?.name ?? '';
  const gather = async (deleted: readonly string[] = []) =>
    gatherCommits({ name, found: await listBackups({ name }, testRepository(storage)), deleted }, storage);
  /** What a command sees, and how many objects it reads. */
  const look = async (options: { readonly fresh?: boolean } = {}, changes = {}) => {
    const counted = observed(storage);
    const found = await listBackups({ name, ...options }, testRepository(gathered(counted), changes));
    return { ...found, gets: counted.counts().gets };
  };
  const copies = () => memory.keys().filter((key) => key.endsWith('.commits.json.zst'));
  const id = (index: number) => commits[index] ?? { name, label: '' };
  return { storage, name, commits, gather, look, copies, id };
}

/** Another text of the same length, with other facts and a digest that is not checked here. */
const replaceIn = (text: string): string => text.replace('"warnings": 0', '"warnings": 9');

test('fewer than 32 commits are read one by one', async () => {
  const { gather, look, copies } = await withBackups(31);
  await gather();
  expect(copies()).toEqual([]);
  expect((await look()).gets).toBe(31);
});

test('gathered commits are read with one request, later ones one by one, and all are the same', async () => {
  const { storage, gather, look, copies, id } = await withBackups(40);
  const before = await look();
  await gather();
  await putCommit(storage, NOON + 50 * HOUR);
  expect(copies()).toEqual([gatheredKey(id(39))]);
  const { gets, backups } = await look();
  expect(gets).toBe(2);
  expect(backups.slice(0, 40)).toEqual(before.backups);
});

test('commits are read from the storage itself for what verifies or deletes', async () => {
  const { gather, look } = await withBackups(40);
  await gather();
  expect((await look({ fresh: true })).gets).toBe(40);
});

test('signatures are gathered too, and are checked all the same', async () => {
  const { storage, commits, gather, look } = await withBackups(33);
  for (const commit of commits) {
    const bytes = await storage.get(commitKey(commit), { maxBytes: 8192 });
    await storage.put(signatureKey(commit), Buffer.from(signatureOf(bytes)));
  }
  await gather();
  const { gets, backups, damaged } = await look({}, { trusted: SIGNER });
  expect([gets, backups.length, damaged.length]).toEqual([1, 33, 0]);
  const forger = { ...SIGNER, check: () => Promise.reject(new Error('of another signer')) };
  await expect(look({}, { trusted: forger })).rejects.toThrow('of another signer');
});

test('copies that differ from what the listing shows count for nothing', async () => {
  const { storage, look, commits, id, copies } = await withBackups(3);
  const before = await look();
  const forged: GatheredObject[] = [];
  for (const commit of commits) {
    const text = String(await storage.get(commitKey(commit), { maxBytes: 8192 }));
    expect(replaceIn(text)).not.toBe(text);
    forged.push({ object: `${commit.label}.json`, text: replaceIn(text) });
  }
  const unknown = { object: 'backup_20260101_000000_abcdef.json', text: forged[0]?.text ?? '' };
  await storage.put(gatheredKey(id(2)), await writeGatheredCommits([...forged, unknown]));
  const { gets, ...found } = await look();
  expect(copies()).toHaveLength(1);
  expect(gets).toBe(4);
  expect({ ...found, gathered: [] }).toEqual({ ...before, gets: undefined, gathered: [] });
});

test.each([
  ['no frame', Buffer.from('damaged')],
  ['no document', await writeGatheredCommits([]).then((bytes) => bytes.subarray(0, -3))],
])('an object that is %s costs one request more', async (_, bytes) => {
  const { storage, look, id } = await withBackups(3);
  await storage.put(gatheredKey(id(2)), bytes);
  const { gets, backups } = await look();
  expect([gets, backups.length]).toEqual([4, 3]);
});

test('a deleted backup does not come back, and copies of deleted ones alone are removed', async () => {
  const { storage, commits, gather, look, copies } = await withBackups(72);
  const first = commits.slice(0, 36).map(({ label }) => label);
  await gather();
  expect(copies()).toHaveLength(1);
  await storage.remove(commits.slice(0, 71).map(commitKey));
  expect((await look()).backups.map(({ label }) => label)).toEqual([commits[71]?.label]);
  await gather(first);
  expect(copies()).toHaveLength(1);
  await gather([commits[71]?.label ?? '']);
  expect(copies()).toEqual([]);
});

test('many commits that were never gathered are gathered in parts', async () => {
  const { gather, look, copies } = await withBackups(300);
  await gather();
  expect(copies()).toHaveLength(2);
  expect((await look()).gets).toBe(2);
});

test('a storage whose listings have no MD5 gets no copies', async () => {
  const memory = createMemoryStorage();
  for (let index = 0; index < 33; index += 1) await putCommit(memory, NOON + index * HOUR);
  const { name } = await putCommit(memory, NOON + 40 * HOUR);
  await gatherCommits({ name, found: await listBackups({ name }, testRepository(memory)), deleted: [] }, memory);
  expect(memory.keys().filter((key) => !key.endsWith('.json'))).toEqual([]);
});

test('an error of the storage is no error of the command', async () => {
  const { storage, name, look } = await withBackups(33);
  const found = await look();
  const full = { ...storage, put: () => Promise.reject(new Error('full')) };
  await expect(gatherCommits({ name, found, deleted: [] }, full)).resolves.toBeUndefined();
});
