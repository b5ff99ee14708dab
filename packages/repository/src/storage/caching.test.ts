import { beforeEach, expect, test } from 'vitest';
import { type CachedObject, type CommitCache, caching } from './caching.ts';
import type { Storage } from './storage.ts';

const COMMIT = 'app/backups/one.json';
let stored: Map<string, Buffer>;
let kept: Map<string, CachedObject>;
let gets: string[];
/** Of every object, as listings tell it. */
let identity: string | undefined;

const cache: CommitCache = {
  load: async () => new Map(kept),
  save: async (key, object) => {
    kept.set(key, object);
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
      for (const [key, body] of stored)
        yield { key, sizeBytes: body.length, storedAt: 0, ...(identity && { identity }) };
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

/** As if it had been read from the object that is listed now. */
function keep(text: string): void {
  kept.set(COMMIT, { identity: 'one', body: Buffer.from(text) });
}

beforeEach(() => {
  stored = new Map([COMMIT, `${COMMIT}.sig`, 'app/data/one/objects.json'].map((key) => [key, Buffer.from(key)]));
  kept = new Map();
  gets = [];
  identity = 'one';
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
  keep(COMMIT);
  await caching(makeStorage(), cache).get(COMMIT, { maxBytes: 99 });
  expect(gets).toEqual([COMMIT]);
});

test('an object that a listing shows with another size is read from the storage', async () => {
  keep('older and longer than the stored one');
  const storage = await listed(caching(makeStorage(), cache));
  expect(String(await storage.get(COMMIT, { maxBytes: 99 }))).toBe(COMMIT);
});

test('a commit that was overwritten with as many bytes is read again, and then kept as it is', async () => {
  const [first, second] = ['app/backups/ONE.json', 'app/backups/TWO.json'];
  keep(first);
  stored.set(COMMIT, Buffer.from(second));
  expect(String(await (await listed(caching(makeStorage(), cache))).get(COMMIT, { maxBytes: 99 }))).toBe(first);
  identity = 'two';
  for (let run = 0; run < 2; run += 1) {
    const storage = await listed(caching(makeStorage(), cache));
    expect(String(await storage.get(COMMIT, { maxBytes: 99 }))).toBe(second);
  }
  expect(gets).toEqual([COMMIT]);
});

test('a storage whose listings tell no identity is never cached', async () => {
  identity = undefined;
  keep(COMMIT);
  const storage = await listed(caching(makeStorage(), cache));
  for (let i = 0; i < 2; i += 1) await storage.get(COMMIT, { maxBytes: 99 });
  expect(gets).toEqual([COMMIT, COMMIT]);
});

test('whoever asks for the stored bytes themselves gets them', async () => {
  keep('app/backups/ONE.json');
  const storage = await listed(caching(makeStorage(), cache));
  expect(String(await storage.get(COMMIT, { maxBytes: 99, fresh: true }))).toBe(COMMIT);
  expect(kept.get(COMMIT)).toEqual({ identity: 'one', body: Buffer.from(COMMIT) });
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
  keep(COMMIT);
  const storage = await listed(caching(makeStorage(), cache));
  await expect(storage.get(COMMIT, { maxBytes: 3 })).rejects.toMatchObject({ code: 'object-too-large' });
});
