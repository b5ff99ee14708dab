import { BackuperError } from '@postgres-backuper/base';
import { expect, test } from 'vitest';
import { createMemoryStorage } from '../../../testing/src/memory-storage.ts';
import { labelAt, NOON, putCommit, testClock, testRepository } from '../../../testing/src/repository.test-data.ts';
import { newestUnfinished } from '../left-overs/crashed-run.ts';
import { beganAfter } from './began-after.ts';
import { newestUsable } from './newest.ts';
import { survey } from './survey.ts';

test.each([
  ['the second before', NOON - 1000, false],
  ['the same second', NOON, true],
  ['the second after', NOON + 1000, true],
])('a run of %s is later: %#', (_, startedAt, isLater) => {
  expect(beganAfter(labelAt(startedAt), { startedAt: NOON + 300 })).toBe(isLater);
});

test('a backup that cannot be read and is of the second of the newest good one is passed over, and a brake, whenever it was stored', async () => {
  const clock = testClock();
  clock.set(NOON + 60_000);
  const storage = createMemoryStorage(clock.now);
  await putCommit(storage, NOON + 300);
  const found = await survey({ name: 'app' }, testRepository(storage));
  const label = labelAt(NOON, 'ffffff');
  const error = new BackuperError('commit-invalid', 'no');
  const at = (storedAt: number) => {
    const { usable, passedOver } = newestUsable({ ...found, damaged: [{ label, error, storedAt }] }, { now: NOON });
    const brake = newestUnfinished([{ label, newestAt: storedAt }], { newest: usable, now: NOON });
    return [passedOver.map((one) => one.label), brake];
  };
  expect(at(NOON + 60_001)).toEqual([[label], label]);
  expect(at(NOON + 59_999)).toEqual([[label], label]);
});
