import type { Storage, StoredObject } from '@postgres-backuper/repository';
import { expect, test } from 'vitest';
import { allOf, bytes, keysOf, MAX, type MakeStorage, type Order } from './storage-contract-parts.ts';

const TREE = ['a.txt', 'a/b', 'a/b-c/d', 'a/b.c', 'a/bb', 'a/z/1', 'a0', 'b/=2F/x', 'b/A', 'b/_', 'b/a', 'ba'];

async function fill(storage: Storage, keys: readonly string[] = TREE): Promise<void> {
  for (const key of [...keys].reverse()) await storage.put(key, bytes(key));
}

function sortedBy(order: Order, keys: readonly string[]): string[] {
  const rank = (key: string) => (order === 'bytes' ? key : key.replaceAll('/', '\0'));
  return [...keys].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

/** What `list` promises. */
export function listContract(makeStorage: MakeStorage, order: Order): void {
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

  test('list tells another identity, or none, of an object that was replaced by another of its size', async () => {
    const storage = await makeStorage();
    const identities: (string | undefined)[] = [];
    for (const body of ['one', 'two']) {
      await storage.remove(['app/a']);
      await storage.put('app/a', bytes(body));
      for (let i = 0; i < 2; i += 1) identities.push((await allOf(storage.list('')))[0]?.identity);
    }
    const [one, again, two] = identities;
    if (one !== undefined) expect(again).toBe(one);
    if (one !== undefined) expect(two).not.toBe(one);
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

/** What `folders` promises. */
export function foldersContract(makeStorage: MakeStorage): void {
  test('folders yields the names of the immediate sub-folders of prefix', async () => {
    const storage = await makeStorage();
    await fill(storage);
    expect(await allOf(storage.folders(''))).toEqual(['a', 'b']);
    expect(await allOf(storage.folders('a/'))).toEqual(['b-c', 'z']);
    expect(await allOf(storage.folders('b/'))).toEqual(['=2F']);
    expect(await allOf(storage.folders('none/'))).toEqual([]);
  });
}

/** What `remove` promises. */
export function removeContract(makeStorage: MakeStorage, order: Order): void {
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
