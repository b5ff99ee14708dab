import { BackuperError } from '@postgres-backuper/base';
import { expect, test } from 'vitest';
import { type Retry, retrying } from './retrying.ts';
import type { Storage, StoredObject } from './storage.ts';

/** A clock that sleeps in no time and remembers for how long. */
function fakeClock() {
  let at = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => at,
    elapsed: () => at,
    sleep: async (delayMs: number, { signal }: { signal?: AbortSignal } = {}) => {
      signal?.throwIfAborted();
      slept.push(delayMs);
      at += delayMs;
    },
  };
}

const busy = () => new BackuperError('storage-unavailable', 'busy');

/** Fails as told, then works. */
function flaky(errors: Error[]): Storage {
  const next = () => {
    const error = errors.shift();
    if (error !== undefined) throw error;
  };
  const objects = ['a', 'b', 'c', 'd'].map((key): StoredObject => ({ key, sizeBytes: 1, storedAt: 0 }));
  return {
    location: 'here',
    listsMd5: true,
    put: async () => next(),
    get: async () => {
      next();
      return Buffer.from('body');
    },
    remove: async () => next(),
    async *list(_prefix, { after = '' } = {}) {
      for (const object of objects.filter(({ key }) => key > after)) {
        next();
        yield object;
      }
    },
    async *folders() {
      for (const name of ['x', 'y']) {
        next();
        yield name;
      }
    },
  };
}

test('a call that failed for a temporary reason is made again', async () => {
  const clock = fakeClock();
  const retries: Retry[] = [];
  const onRetry = (retry: Retry) => retries.push(retry);
  const storage = retrying(flaky([busy(), busy()]), { clock, budgetMs: 60_000, random: () => 0.5, onRetry });
  await storage.put('a', Buffer.from('x'));
  expect(clock.slept).toEqual([250, 500]);
  expect(retries.map(({ what, delayMs }) => [what, delayMs])).toEqual([
    ["put 'a'", 250],
    ["put 'a'", 500],
  ]);
});

test('every other error is thrown at once', async () => {
  const clock = fakeClock();
  const denied = new BackuperError('storage-denied', 'no');
  for (const error of [denied, new BackuperError('object-missing', 'gone'), new TypeError('defect')]) {
    await expect(retrying(flaky([error]), { clock, budgetMs: 60_000 }).get('a', { maxBytes: 9 })).rejects.toBe(error);
  }
  expect(clock.slept).toEqual([]);
});

test('the last error is thrown when the budget of time is used up', async () => {
  const clock = fakeClock();
  const errors = Array.from({ length: 1000 }, busy);
  const storage = retrying(flaky(errors), { clock, budgetMs: 60_000, random: () => 0.999 });
  await expect(storage.remove(['a'])).rejects.toMatchObject({ code: 'storage-unavailable' });
  expect(clock.elapsed()).toBeLessThanOrEqual(60_000);
  expect(clock.elapsed()).toBeGreaterThan(30_000);
  expect(Math.max(...clock.slept)).toBeLessThanOrEqual(30_000);
});

test('a host that nobody knows is worth a retry only after it has answered', async () => {
  const clock = fakeClock();
  const unknown = () => new BackuperError('host-unknown', 'ENOTFOUND');
  const errors: (Error | undefined)[] = [
    unknown(),
    undefined,
    unknown(),
    undefined,
    ...Array.from({ length: 99 }, unknown),
  ];
  const storage = retrying(flaky(errors as Error[]), { clock, budgetMs: 60_000 });
  await expect(storage.put('a', Buffer.from('x'))).rejects.toMatchObject({ code: 'host-unknown', exitStatus: 2 });
  expect(clock.slept).toEqual([]);
  await storage.put('a', Buffer.from('x'));
  await storage.put('b', Buffer.from('x'));
  expect(clock.slept).toHaveLength(1);
  await expect(storage.remove(['a'])).rejects.toMatchObject({ code: 'storage-unreachable', exitStatus: 75 });
});

test('an abort ends the waiting', async () => {
  const reason = new Error('told to stop');
  const controller = new AbortController();
  const clock = { ...fakeClock(), sleep: async () => controller.abort(reason) };
  const storage = retrying(flaky([busy(), busy()]), { clock, budgetMs: 60_000 });
  await expect(storage.put('a', Buffer.from('x'), { signal: controller.signal })).rejects.toBe(reason);
});

test('a listing that broke off goes on behind the last key', async () => {
  const none = undefined as unknown as Error;
  const storage = retrying(flaky([busy(), none, busy(), none, none, busy(), busy()]), {
    clock: fakeClock(),
    budgetMs: 60_000,
  });
  const keys: string[] = [];
  for await (const { key } of storage.list('')) keys.push(key);
  expect(keys).toEqual(['a', 'b', 'c', 'd']);
});

test('folders that broke off are named once', async () => {
  const none = undefined as unknown as Error;
  const storage = retrying(flaky([none, busy(), none, busy()]), { clock: fakeClock(), budgetMs: 60_000 });
  const names: string[] = [];
  for await (const name of storage.folders('')) names.push(name);
  expect(names).toEqual(['x', 'y']);
});
