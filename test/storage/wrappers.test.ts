import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackuperError } from '@postgres-backuper/base';
import { caching, retrying, type Storage, watched } from '@postgres-backuper/repository';
import { createCommitCacheFile, createLocalStorage } from '@postgres-backuper/storage-local';
import { faulty, type StorageMethod } from '@postgres-backuper/testing';
import { storageContract } from '@postgres-backuper/testing/storage-contract';
import { afterAll, describe, expect, test } from 'vitest';
import { observed } from '../../packages/repository/src/storage/observed.ts';
import { realClock } from '../test-context.ts';

const made: string[] = [];

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wrappers-'));
  made.push(folder);
  return folder;
}

async function makeLocal(): Promise<Storage> {
  return createLocalStorage({ directory: join(await makeFolder(), 'repo') });
}

afterAll(async () => {
  for (const folder of made) await rm(folder, { recursive: true, force: true });
});

const quick = { clock: realClock, budgetMs: 60_000, baseDelayMs: 1, maxDelayMs: 2 };
const busy = new BackuperError('storage-unavailable', 'busy');

/** Every first call fails before it did anything, every second one after it did all. */
async function makeStormy(): Promise<Storage> {
  const storage = faulty(await makeLocal());
  for (const method of ['put', 'get', 'list', 'folders', 'remove'] as StorageMethod[]) {
    storage.addFault(method).error(busy).afterItems(2);
    storage.addFault(method).error(busy).afterSuccess().afterItems(1);
    storage.addFault(method).error(busy).afterSuccess().repeat(2);
  }
  return retrying(storage, quick);
}

storageContract('a retrying storage', async () => retrying(await makeLocal(), quick));
storageContract('a faulty storage without faults', async () => faulty(await makeLocal()));
storageContract('a retrying storage over faults and lost answers', makeStormy);
storageContract('an observed storage', async () => observed(await makeLocal()));
storageContract('a watched storage', async () =>
  watched(await makeLocal(), { activity: handActivity().activity, endsByItself: false }),
);
storageContract('a caching storage', async () =>
  caching(await makeLocal(), createCommitCacheFile(join(await makeFolder(), 'cache/commits'))),
);

test('an observed storage counts calls and bytes', async () => {
  const storage = observed(await makeLocal());
  await storage.put('a', Buffer.alloc(10));
  await storage.put('b', Buffer.alloc(5));
  await storage.get('a', { maxBytes: 10 });
  for await (const _ of storage.list(''));
  await storage.remove(['a', 'b']);
  expect(storage.counts()).toEqual({ puts: 2, gets: 1, lists: 1, removes: 1, bytesPut: 15, bytesGot: 10 });
});

test('a watched storage tells of each answer, and who it is while one is awaited', async () => {
  const local = await makeLocal();
  const { activity, awaited, seen } = handActivity();
  const silent: Storage = { ...local, get: () => new Promise(() => undefined) };
  const storage = watched(silent, { activity, endsByItself: false });
  await storage.put('a', Buffer.from('a'));
  await storage.put('n/records/1-heartbeat.json', Buffer.from('a'));
  expect([seen.moves, awaited.size]).toEqual([1, 0]);
  void storage.get('a', { maxBytes: 1 });
  expect([...awaited].map((who) => who())).toEqual([`the repository ${local.location}`]);
});

test('no time counts while one is awaited whose calls end by themselves, but for a heartbeat', async () => {
  const local = await makeLocal();
  const { activity, awaited, seen } = handActivity();
  const never = () => new Promise<never>(() => undefined);
  const storage = watched({ ...local, get: never, put: never }, { activity, endsByItself: true });
  void storage.put('n/records/1-heartbeat.json', Buffer.from('a'));
  expect([seen.pauses, awaited.size]).toEqual([0, 1]);
  void storage.get('a', { maxBytes: 1 });
  expect([seen.pauses, awaited.size]).toEqual([1, 1]);
  await storage.folders('')[Symbol.asyncIterator]().next();
  expect([seen.pauses, seen.moves]).toEqual([1, 1]);
});

function handActivity() {
  const awaited = new Set<() => string | undefined>();
  const seen = { moves: 0, pauses: 0 };
  const activity = {
    stallMs: undefined,
    moved: () => void seen.moves++,
    explain: (who: () => string | undefined) => {
      awaited.add(who);
      return () => void awaited.delete(who);
    },
    pause: () => {
      seen.pauses++;
      return () => void seen.pauses--;
    },
  };
  return { activity, awaited, seen };
}

test('faults hit as often as told, on the keys that match', async () => {
  const storage = faulty(await makeLocal());
  storage.addFault('put').error(busy).on(/^b/).repeat(2);
  await storage.put('a', Buffer.from('x'));
  for (let i = 0; i < 2; i += 1) await expect(storage.put('b', Buffer.from('x'))).rejects.toBe(busy);
  await storage.put('b', Buffer.from('x'));
  storage.addFault('get').alter((body) => Buffer.concat([body, body]));
  expect(String(await storage.get('a', { maxBytes: 9 }))).toBe('xx');
  expect(String(await storage.get('a', { maxBytes: 9 }))).toBe('x');
});

describe('the file that keeps commits', () => {
  const key = 'app/backups/one.json';
  const object = (body: readonly number[]) => ({ identity: '"e tag" 1\n%', body: Buffer.from(body) });

  test('gives back what any run saved, privately', async () => {
    const file = join(await makeFolder(), 'new/commits');
    await Promise.all(
      [1, 2, 3, 4].map((i) => createCommitCacheFile(file).save(`${key}-${i}`, object([0, i, 255, 10]))),
    );
    const entries = await createCommitCacheFile(file).load();
    expect([...entries.keys()].sort()).toEqual([1, 2, 3, 4].map((i) => `${key}-${i}`));
    expect(entries.get(`${key}-3`)).toEqual(object([0, 3, 255, 10]));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('passes over a torn or altered line and keeps those behind it', async () => {
    const file = join(await makeFolder(), 'commits');
    const cache = createCommitCacheFile(file);
    await cache.save(key, object([1]));
    await writeFile(file, `torn.json abc`, { flag: 'a' });
    await writeFile(file, `\naltered.json %zz ${'0'.repeat(64)} AAAA\n`, { flag: 'a' });
    await writeFile(file, `torn.json 1234`, { flag: 'a' });
    await cache.save('last', object([2]));
    expect([...(await cache.load()).keys()]).toEqual([key, 'last']);
  });
});
