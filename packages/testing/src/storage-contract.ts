import { describe, expect, test } from 'vitest';
import { foldersContract, listContract, removeContract } from './storage-contract-list.ts';
import { allOf, bytes, keysOf, MAX, type MakeStorage, type Order } from './storage-contract-parts.ts';
import { putContract } from './storage-contract-put.ts';

export interface ContractOptions {
  /** `components` for a server with real folders: it compares paths component by component. */
  readonly order?: Order;
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
