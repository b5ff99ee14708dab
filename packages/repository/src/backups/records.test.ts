import type { RecordKind } from '@postgres-backuper/format';
import { expect, test } from 'vitest';
import { createMemoryStorage } from '../../../testing/src/memory-storage.ts';
import { HOUR, labelAt, NOON, quietContext, testClock } from '../../../testing/src/repository.test-data.ts';
import { observed } from '../storage/observed.ts';
import { HEARTBEAT_INTERVAL_MS, startHeartbeat } from './heartbeat.ts';
import { isKnownBad, isPinned, lastVerification, readRecords, writeRecord } from './records.ts';

const ID = { name: 'app', label: labelAt(NOON) };

async function recordsAfter(...kinds: readonly RecordKind[]) {
  const clock = testClock();
  const storage = observed(createMemoryStorage(clock.now));
  for (const [index, kind] of kinds.entries()) {
    clock.set(NOON + index * 1000);
    await writeRecord({ ...ID, kind }, { storage }, quietContext(clock));
  }
  await storage.put('app/records/notes.txt', Buffer.from('not ours'));
  const records = (await readRecords({ name: 'app' }, { storage })).get(ID.label) ?? [];
  expect(storage.counts()).toMatchObject({ gets: 0, lists: 1 });
  return records;
}

test('records are told by one listing, oldest first', async () => {
  const records = await recordsAfter('pin', 'verify-content-ok', 'unpin');
  expect(records.map(({ kind }) => kind)).toEqual(['pin', 'verify-content-ok', 'unpin']);
});

test('the last of pin and unpin counts', async () => {
  expect(isPinned(await recordsAfter())).toBe(false);
  expect(isPinned(await recordsAfter('pin', 'heartbeat'))).toBe(true);
  expect(isPinned(await recordsAfter('pin', 'unpin'))).toBe(false);
  expect(isPinned(await recordsAfter('pin', 'unpin', 'pin'))).toBe(true);
});

test('the last verification is told with its verdict', async () => {
  expect(lastVerification(await recordsAfter('pin'))).toBeUndefined();
  const records = await recordsAfter('verify-restore-exact', 'verify-content-failed', 'pin');
  expect(lastVerification(records)).toEqual({ level: 'content', verdict: 'failed', ok: false, at: NOON + 1000 });
});

test('a backup stays bad until a verification as deep as the one that failed succeeds', async () => {
  expect(isKnownBad(await recordsAfter('verify-content-failed', 'verify-stored-ok'))).toBe(true);
  expect(isKnownBad(await recordsAfter('verify-content-failed', 'verify-content-ok'))).toBe(false);
  expect(isKnownBad(await recordsAfter('verify-content-failed', 'verify-restore-exact'))).toBe(false);
  expect(isKnownBad(await recordsAfter('verify-restore-exact', 'verify-stored-failed'))).toBe(true);
});

test('the heart beats at least every hour until the end, in every storage', async () => {
  const clock = testClock();
  const storages = [createMemoryStorage(clock.now), createMemoryStorage(clock.now)];
  const failing = { ...createMemoryStorage(), put: () => Promise.reject(new Error('down')) };
  const heartbeat = startHeartbeat(
    ID,
    [failing, ...storages].map((storage) => ({ storage })),
    quietContext(clock),
  );
  while (clock.now() < NOON + 10 * HOUR) await new Promise((resolve) => setImmediate(resolve));
  await heartbeat.end();
  const beats = storages.map((storage) => storage.keys().filter((key) => key.endsWith('-heartbeat.json')).length);
  expect(HEARTBEAT_INTERVAL_MS).toBeLessThan(HOUR);
  for (const count of beats) expect(count).toBeGreaterThanOrEqual(10);
  const { length } = storages[0]?.keys() ?? [];
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(storages[0]?.keys()).toHaveLength(length);
});
