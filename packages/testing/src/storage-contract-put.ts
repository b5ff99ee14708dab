import { randomBytes } from 'node:crypto';
import { isBackuperError } from '@postgres-backuper/base';
import { expect, test } from 'vitest';
import { bytes, keysOf, MAX, type MakeStorage } from './storage-contract-parts.ts';

/** What `put` promises. */
export function putContract(makeStorage: MakeStorage): void {
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
