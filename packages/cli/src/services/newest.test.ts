import { createRecordKey } from '@postgres-backuper/format';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import {
  DAY,
  HOUR,
  labelAt,
  NOON,
  putCommit,
  quietContext,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import { isNewerThan } from './newest.ts';

const newStorage = () => createMemoryStorage(() => NOON);
const skips = (storage: ReturnType<typeof newStorage>) =>
  isNewerThan('app', { maxAgeMs: 20 * HOUR, destinations: [testRepository(storage)] }, quietContext(testClock(NOON)));

test('a young backup that is good is a reason to skip', async () => {
  const storage = newStorage();
  await putCommit(storage, NOON - HOUR);
  expect(await skips(storage)).toBe(true);
});

test('a backup of a year to come is none', async () => {
  const storage = newStorage();
  await putCommit(storage, NOON - 41 * DAY);
  await putCommit(storage, NOON + 27_000 * DAY);
  expect(await skips(storage)).toBe(false);
});

test('a backup that is known to be bad, or damaged, is none, whatever lies before it', async () => {
  const failed = newStorage();
  for (const hours of [1, 2]) await putCommit(failed, NOON - hours * HOUR);
  const label = labelAt(NOON - HOUR);
  await failed.put(
    createRecordKey({ name: 'app', label }, { kind: 'verify-content-failed', now: NOON }),
    Buffer.from('{}'),
  );
  expect(await skips(failed)).toBe(false);
  const damaged = newStorage();
  await putCommit(damaged, NOON - 2 * HOUR);
  await damaged.put(`app/backups/${label}.json`, Buffer.from('{'));
  expect(await skips(damaged)).toBe(false);
});
