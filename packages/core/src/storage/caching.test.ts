import { beforeEach, expect, test } from 'vitest';
import type { Storage } from '../storage.ts';
import { type CommitCache, caching } from './caching.ts';

const COMMIT = 'app/backups/one.json';
let stored: Map<string, Buffer>;
let kept: Map<string, Uint8Array>;
let gets: string[];

const cache: CommitCache = {
  load: async () => new Map(kept),
  save: async (key, body) => {
    kept.set(key, body);
  },
};

function makeStorage(): Storage {
  return {
    location: 'here',
    listsMd5: false,
    put: async (key, body) => {
      stored.set(key, Buffer.from(body));
    },
    get: async (key) => {
      gets.push(key);
      return stored.get(key) as Buffer;
    },
    async *list() {
      for (const [key, body] of stored) yield { key, sizeBytes: body.length, storedAt: 0 };
    },
    async *folders() {},
    remove: async (keys) => {
      for (const key of keys) stored.delete(key);
    },
  };
}

async function listed(storage: Storage): Promise<Storage> {
  for await (const _ of storage.list(''));
  return storage;
}

beforeEach(() => {
  stored = new Map([COMMIT, `${COMMIT}.sig`, 'app/data/one/objects.json'].map((key) => [key, Buffer.from(key)]));
  kept = new Map();
  gets = [];
});

test('a commit and its signature are read once, by the next run too', async () => {
  for (let run = 0; run < 2; run += 1) {
    const storage = await listed(caching(makeStorage(), cache));
    for (const key of [COMMIT, `${COMMIT}.sig`, COMMIT]) {
      expect(String(await storage.get(key, { maxBytes: 99 }))).toBe(key);
    }
  }
  expect(gets).toEqual([COMMIT, `${COMMIT}.sig`]);
});

test('other objects are read every time', async () => {
  const storage = await listed(caching(makeStorage(), cache));
  for (let i = 0; i < 2; i += 1) await storage.get('app/data/one/objects.json', { maxBytes: 99 });
  expect(gets).toHaveLength(2);
});

test('what no listing showed is read from the storage', async () => {
  kept.set(COMMIT, Buffer.from(COMMIT));
  await caching(makeStorage(), cache).get(COMMIT, { maxBytes: 99 });
  expect(gets).toEqual([COMMIT]);
});

test('an object that a listing shows with another size is read from the storage', async () => {
  kept.set(COMMIT, Buffer.from('older and longer than the stored one'));
  const storage = await listed(caching(makeStorage(), cache));
  expect(String(await storage.get(COMMIT, { maxBytes: 99 }))).toBe(COMMIT);
});

test('a removed commit is not served', async () => {
  const storage = await listed(caching(makeStorage(), cache));
  await storage.get(COMMIT, { maxBytes: 99 });
  await storage.remove([COMMIT]);
  expect(await storage.get(COMMIT, { maxBytes: 99 })).toBeUndefined();
});

test('a cache that cannot be read or written costs time only', async () => {
  const fail = async () => {
    throw new Error('disk gone');
  };
  const storage = await listed(caching(makeStorage(), { load: fail, save: fail }));
  expect(String(await storage.get(COMMIT, { maxBytes: 99 }))).toBe(COMMIT);
});

test('a kept commit larger than maxBytes is object-too-large', async () => {
  kept.set(COMMIT, Buffer.from(COMMIT));
  const storage = await listed(caching(makeStorage(), cache));
  await expect(storage.get(COMMIT, { maxBytes: 3 })).rejects.toMatchObject({ code: 'object-too-large' });
});
