import { BackuperError } from '@postgres-backuper/base';
import { dataKey, segmentName } from '@postgres-backuper/format';
import type { Storage } from '@postgres-backuper/repository';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import {
  DAY,
  HOUR,
  labelAt,
  NOON,
  putCommit,
  quietContext,
  sampleCommit,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import { status } from './status.ts';

/** The status of a name with backups of these ages in days, each with a hundred bytes for each day since the start of the year. */
async function statusOf(
  ages: readonly number[],
  change: (storage: Storage, set: (time: number) => void) => Promise<Storage>,
) {
  const clock = testClock();
  const storage = createMemoryStorage(clock.now);
  for (const age of ages) {
    clock.set(NOON - age * DAY);
    const totals = { ...sampleCommit().totals, rawBytes: 10_000 - age * 100 };
    await putCommit(storage, NOON - age * DAY, { totals });
  }
  const changed = await change(storage, clock.set);
  clock.set(NOON);
  return status({ name: 'app', maxAgeMs: 2 * DAY }, { repository: testRepository(changed) }, quietContext(clock));
}

const leftOver = (storage: Storage, startedAt: number) =>
  storage.put(dataKey({ name: 'app', label: labelAt(startedAt, 'dead00') }, segmentName(0, true)), Buffer.from('four'));

test('growth is that of 30 days, or since the first backup', async () => {
  const same = async (storage: Storage) => storage;
  const growth = async (...ages: number[]) => (await statusOf(ages, same)).growth;
  expect(await growth(90, 29, 10, 1)).toEqual({ since: new Date(NOON - 29 * DAY).toISOString(), rawBytes: 2800 });
  expect(await growth(3, 1)).toEqual({ since: new Date(NOON - 3 * DAY).toISOString(), rawBytes: 200 });
  expect(await growth(1)).toBeNull();
});

test('left-overs are counted without runs that may still be running, and cost no verdict', async () => {
  const { leftOvers } = await statusOf([3, 1], async (storage, set) => {
    set(NOON - 2 * DAY);
    await leftOver(storage, NOON - 2 * DAY);
    set(NOON - HOUR / 2);
    await leftOver(storage, NOON - HOUR / 2);
    return storage;
  });
  expect(leftOvers).toEqual({ runs: 1, storedBytes: 4 });
  const denied = await statusOf([1], async (storage) => ({
    ...storage,
    // biome-ignore lint/correctness/useYield: it fails before the first folder
    async *folders() {
      throw new BackuperError('storage-denied', 'may not list');
    },
  }));
  expect(denied).toMatchObject({ state: 'ok', leftOvers: null });
});
