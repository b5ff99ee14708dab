import { randomBytes } from 'node:crypto';
import { isBackuperError, type Storage, type StoredObject } from '@postgres-backuper/core';
import { describe, expect, test } from 'vitest';

/** An empty storage of its own for each call. */
export type MakeStorage = () => Promise<Storage>;

export interface ContractOptions {
  /** `components` for a server that keeps folders as such: it compares paths component by component. */
  readonly order?: 'bytes' | 'components';
}

/** The promises of `Storage`, in its own words. */
export function storageContract(name: string, makeStorage: MakeStorage, options: ContractOptions = {}): void {
  const order = options.order ?? 'bytes';
  describe(`${name} keeps the contract of Storage`, () => {
    putContract(makeStorage);
    getContract(makeStorage);
    listContract(makeStorage, order);
    foldersContract(makeStorage);
    removeContract(makeStorage, order);
    abortContract(makeStorage);
  });
}

const bytes = (text: string) => Buffer.from(text);
const MAX = { maxBytes: 1 << 24 };

function putContract(makeStorage: MakeStorage): void {
  test('put creates an object, of no byte or of millions, that get returns whole', async () => {
    const storage = await makeStorage();
    for (const body of [Buffer.alloc(0), bytes('a'), randomBytes(5_000_001)]) {
      const key = `app/data/x/part-${body.length}`;
      await storage.put(key, body);
      expect(Buffer.compare(await storage.get(key, MAX), body)).toBe(0);
    }
  });

  test('put stores a part of a larger buffer alone', async () => {
    const storage = await makeStorage();
    await storage.put('a', new Uint8Array(randomBytes(100)).subarray(10, 30));
    expect(await storage.get('a', MAX)).toHaveLength(20);
  });

  test('put never overwrites: object-exists if the stored bytes differ', async () => {
    const storage = await makeStorage();
    await storage.put('app/a', bytes('first'));
    for (const other of ['other', 'longer than the first', '']) {
      await expect(storage.put('app/a', bytes(other))).rejects.toMatchObject({ code: 'object-exists' });
    }
    expect(String(await storage.get('app/a', MAX))).toBe('first');
  });

  test('a repeated put whose first try had won is no error', async () => {
    const storage = await makeStorage();
    for (const body of [bytes('same'), Buffer.alloc(0)]) {
      await storage.put(`app/a${body.length}`, body);
      await storage.put(`app/a${body.length}`, body);
    }
  });

  test('of puts at the same time with other bytes exactly one wins', async () => {
    const storage = await makeStorage();
    const puts = Array.from({ length: 8 }, (_, i) => storage.put('app/race', bytes(`body ${i}`)));
    const ended = await Promise.allSettled(puts);
    const winners = ended.flatMap(({ status }, i) => (status === 'fulfilled' ? [i] : []));
    expect(winners).toHaveLength(1);
    expect(String(await storage.get('app/race', MAX))).toBe(`body ${winners[0]}`);
    const losers = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    for (const reason of losers) expect(isBackuperError(reason, 'object-exists', 'storage-unavailable')).toBe(true);
  });

  test('a key that could lead elsewhere is storage-unsafe', async () => {
    const storage = await makeStorage();
    for (const key of ['', '/a', 'a/', 'a//b', '../a', 'a/../b', 'a/./b', 'a\0b', 'a b', 'ä']) {
      await expect(storage.put(key, bytes('x')), key).rejects.toMatchObject({ code: 'storage-unsafe' });
      await expect(storage.get(key, MAX), key).rejects.toMatchObject({ code: 'storage-unsafe' });
    }
    expect(await keysOf(storage.list(''))).toEqual([]);
  });
}

function getContract(makeStorage: MakeStorage): void {
  test('get of a missing object is object-missing', async () => {
    const storage = await makeStorage();
    await expect(storage.get('app/none', MAX)).rejects.toMatchObject({ code: 'object-missing' });
    await storage.put('app/some', bytes('x'));
    await expect(storage.get('app/none', MAX)).rejects.toMatchObject({ code: 'object-missing' });
  });

  test('get of more than maxBytes is object-too-large', async () => {
    const storage = await makeStorage();
    await storage.put('a', bytes('12345'));
    expect(await storage.get('a', { maxBytes: 5 })).toHaveLength(5);
    await expect(storage.get('a', { maxBytes: 4 })).rejects.toMatchObject({ code: 'object-too-large' });
  });
}

const TREE = ['a.txt', 'a/b', 'a/b-c/d', 'a/b.c', 'a/bb', 'a/z/1', 'a0', 'b/=2F/x', 'b/A', 'b/_', 'b/a', 'ba'];

async function fill(storage: Storage, keys: readonly string[] = TREE): Promise<void> {
  for (const key of [...keys].reverse()) await storage.put(key, bytes(key));
}

type Order = NonNullable<ContractOptions['order']>;

function sortedBy(order: Order, keys: readonly string[]): string[] {
  const rank = (key: string) => (order === 'bytes' ? key : key.replaceAll('/', '\0'));
  return [...keys].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

function listContract(makeStorage: MakeStorage, order: Order): void {
  test('list yields the objects whose key starts with prefix, in byte order of the keys', async () => {
    const storage = await makeStorage();
    await fill(storage);
    expect(await keysOf(storage.list(''))).toEqual(sortedBy(order, TREE));
    for (const prefix of ['a', 'a/', 'a/b', 'a/b-', 'b', 'b/', 'b/=', 'none', 'a/b/', 'none/x']) {
      const wanted = sortedBy(
        order,
        TREE.filter((key) => key.startsWith(prefix)),
      );
      expect(await keysOf(storage.list(prefix)), prefix).toEqual(wanted);
    }
  });

  test('list tells size, time and, where it can, the MD5 of each object', async () => {
    const storage = await makeStorage();
    await storage.put('app/a', bytes('hello'));
    const [object] = await allOf(storage.list(''));
    expect(object).toMatchObject({ key: 'app/a', sizeBytes: 5 });
    expect(Math.abs((object as StoredObject).storedAt - Date.now())).toBeLessThan(30_000);
    expect(object?.md5).toBe(storage.listsMd5 ? '5d41402abc4b2a76b9719d911017c592' : undefined);
  });

  test('list with after yields only keys greater than it', async () => {
    const storage = await makeStorage();
    await fill(storage);
    const ordered = sortedBy(order, TREE);
    for (const after of order === 'bytes' ? [...TREE, 'a', 'a/b-c', 'a/zz', 'z'] : TREE) {
      const wanted =
        order === 'bytes' ? ordered.filter((key) => key > after) : ordered.slice(ordered.indexOf(after) + 1);
      expect(await keysOf(storage.list('', { after })), after).toEqual(wanted);
      if (order === 'components' && !after.startsWith('a/')) continue;
      const inFolder = wanted.filter((key) => key.startsWith('a/'));
      expect(await keysOf(storage.list('a/', { after })), after).toEqual(inFolder);
    }
  });

  test('list of an empty storage yields nothing', async () => {
    const storage = await makeStorage();
    expect(await keysOf(storage.list(''))).toEqual([]);
    expect(await allOf(storage.folders(''))).toEqual([]);
  });

  test('list may be left early', async () => {
    const storage = await makeStorage();
    await fill(storage);
    for await (const { key } of storage.list('')) {
      expect(key).toBe(sortedBy(order, TREE)[0]);
      break;
    }
  });

  test('list goes on over pages of 1000', async () => {
    const storage = await makeStorage();
    const keys = Array.from({ length: 1101 }, (_, i) => `app/${String(i).padStart(5, '0')}`);
    for (let i = 0; i < keys.length; i += 32) {
      await Promise.all(keys.slice(i, i + 32).map((key) => storage.put(key, bytes(key))));
    }
    expect(await keysOf(storage.list(''))).toEqual(keys);
    await storage.remove(keys);
    expect(await keysOf(storage.list(''))).toEqual([]);
  });
}

function foldersContract(makeStorage: MakeStorage): void {
  test('folders yields the names of the immediate sub-folders of prefix', async () => {
    const storage = await makeStorage();
    await fill(storage);
    expect(await allOf(storage.folders(''))).toEqual(['a', 'b']);
    expect(await allOf(storage.folders('a/'))).toEqual(['b-c', 'z']);
    expect(await allOf(storage.folders('b/'))).toEqual(['=2F']);
    expect(await allOf(storage.folders('none/'))).toEqual([]);
  });
}

function removeContract(makeStorage: MakeStorage, order: Order): void {
  test('remove removes objects; a missing one is no error', async () => {
    const storage = await makeStorage();
    await fill(storage);
    await storage.remove(['a/b', 'a/never/was', 'a/b-c/d', 'a/b']);
    await storage.remove([]);
    const left = TREE.filter((key) => !['a/b', 'a/b-c/d'].includes(key)).sort();
    expect((await keysOf(storage.list(''))).sort()).toEqual(left);
    if (order === 'bytes') expect(await allOf(storage.folders('a/'))).toEqual(['z']);
  });

  test('a key that was removed can be put again', async () => {
    const storage = await makeStorage();
    await storage.put('app/x/a', bytes('one'));
    await storage.remove(['app/x/a']);
    await storage.put('app/x/a', bytes('two'));
    expect(String(await storage.get('app/x/a', MAX))).toBe('two');
  });
}

function abortContract(makeStorage: MakeStorage): void {
  test('an aborted signal ends every call with its reason', async () => {
    const storage = await makeStorage();
    await storage.put('a/b', bytes('x'));
    const reason = new Error('told to stop');
    const signal = AbortSignal.abort(reason);
    await expect(storage.put('c', bytes('x'), { signal })).rejects.toBe(reason);
    await expect(storage.get('a/b', { ...MAX, signal })).rejects.toBe(reason);
    await expect(keysOf(storage.list('', { signal }))).rejects.toBe(reason);
    await expect(allOf(storage.folders('', { signal }))).rejects.toBe(reason);
    await expect(storage.remove(['a/b'], { signal })).rejects.toBe(reason);
    expect(await keysOf(storage.list(''))).toEqual(['a/b']);
  });
}

async function keysOf(objects: AsyncIterable<StoredObject>): Promise<string[]> {
  return (await allOf(objects)).map(({ key }) => key);
}

async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
