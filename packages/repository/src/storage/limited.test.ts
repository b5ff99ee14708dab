import { expect, test } from 'vitest';
import { createRateLimit, limited } from './limited.ts';
import type { Storage } from './storage.ts';

/** A clock whose sleepers wake in the order of their times, when nothing else is left to do. */
function fakeClock() {
  let at = 0;
  const sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  const wakeNext = (): void => {
    const [next] = sleepers.sort((a, b) => a.until - b.until);
    if (next === undefined) return;
    sleepers.shift();
    at = Math.max(at, next.until);
    next.wake();
  };
  const sleep = (delayMs: number, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<void> =>
    new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
      sleepers.push({ until: at + delayMs, wake: resolve });
      setImmediate(wakeNext);
    });
  return { now: () => at, elapsed: () => at, sleep, pass: (ms: number) => (at += ms) };
}

/** A storage that notes when each byte was sent, and whose objects have ten bytes. */
function noting(clock: { elapsed(): number }) {
  const sent: (readonly [at: number, bytes: number])[] = [];
  const storage = {
    ...{ location: 'here', listsMd5: false },
    put: async (_key: string, body: Uint8Array) => void sent.push([clock.elapsed(), body.length]),
    get: async () => new Uint8Array(10),
  } as unknown as Storage;
  return { storage, sent };
}

test('puts at the same time to two storages stay within one rate at every moment, and use all of it', async () => {
  const clock = fakeClock();
  const limits = { up: createRateLimit(1000, { clock }), down: createRateLimit(1000, { clock }) };
  const [one, two] = [noting(clock), noting(clock)];
  const storages = [one, two].map(({ storage }) => limited(storage, limits));
  const sizes = [100, 700, 50, 1, 999, 333, 817];
  await Promise.all(
    storages.flatMap((storage) => sizes.map((size, nth) => storage.put(`${nth}`, new Uint8Array(size)))),
  );
  const all = [...one.sent, ...two.sent].sort(([a], [b]) => a - b);
  let bytes = 0;
  for (const [at, more] of all) {
    bytes += more;
    expect(bytes).toBeLessThanOrEqual(at + 1e-6); // a byte in each millisecond
  }
  expect(bytes).toBe(6000);
  expect(clock.elapsed()).toBe(6000);
});

test('time in which nothing was sent is not made up for', async () => {
  const clock = fakeClock();
  const limit = createRateLimit(1000, { clock });
  await limit.take(100);
  clock.pass(60_000);
  await limit.take(100);
  expect(clock.elapsed()).toBe(60_200);
});

test('downloads have a rate of their own; a heartbeat does not wait, and counts', async () => {
  const clock = fakeClock();
  const limits = { up: createRateLimit(1000, { clock }), down: createRateLimit(1000, { clock }) };
  const { storage, sent } = noting(clock);
  const slow = limited(storage, limits);
  await slow.put('app/records/x.heartbeat', new Uint8Array(500));
  expect([clock.elapsed(), sent.length]).toEqual([0, 1]);
  await slow.get('app/x', { maxBytes: 10 });
  expect(clock.elapsed()).toBe(10);
  await slow.put('app/x', new Uint8Array(500));
  expect(clock.elapsed()).toBe(1000);
});

test('a cancel ends the wait, which is no stall', async () => {
  const clock = {
    ...fakeClock(),
    sleep: (_ms: number, { signal }: { signal?: AbortSignal | undefined } = {}) =>
      new Promise<void>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
  };
  let pauses = 0;
  const pause = () => {
    pauses += 1;
    return () => {
      pauses -= 1;
    };
  };
  const activity = { stallMs: 1, moved: () => undefined, explain: () => () => undefined, pause };
  const cancelling = new AbortController();
  const waiting = createRateLimit(1, { clock, activity }).take(1000, cancelling.signal);
  expect(pauses).toBe(1);
  cancelling.abort(new Error('cancelled here'));
  await expect(waiting).rejects.toThrow('cancelled here');
  expect(pauses).toBe(0);
});
