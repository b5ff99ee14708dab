import { BackuperError } from '@postgres-backuper/base';
import { createRecordKey, dataKey, segmentName } from '@postgres-backuper/format';
import type { Storage } from '@postgres-backuper/repository';
import { faulty } from '@postgres-backuper/testing';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import {
  DAY,
  HOUR,
  labelAt,
  NOON,
  putBackup,
  putCommit,
  quietContext,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RECORD_KINDS } from '../../format/src/records.ts';
import type { PruneRequest } from './prune/prune-request.ts';
import { prune } from './prune.ts';

const REQUEST: PruneRequest = {
  name: 'app',
  retention: { keepDays: 30, keepMinimum: 2 },
  ...{ dryRun: false, force: true, acceptNewServer: false },
};

/** A storage with a clock of its own, and what lies in it, each stored at a time by that clock; it is left at noon. */
async function filled(objects: readonly { readonly at: number; readonly key: string }[], ages: readonly number[]) {
  const clock = testClock();
  const storage = createMemoryStorage(clock.now);
  for (const age of ages) {
    clock.set(NOON - age * DAY);
    await putBackup(storage, NOON - age * DAY);
  }
  for (const { at, key } of objects) {
    clock.set(at);
    await storage.put(key, Buffer.from('x'));
  }
  clock.set(NOON);
  return { clock, storage };
}

const pruneAt = (now: number, storage: Storage) =>
  prune(REQUEST, { repository: testRepository(storage) }, quietContext(testClock(now)));
const running = { name: 'app', label: labelAt(NOON - 60_000, 'beef00') };
const ofRun = { at: NOON - 60_000, key: dataKey(running, segmentName(0, true)) };
const wrongRecord = (at: number) => ({
  at,
  key: createRecordKey({ name: 'app', label: labelAt(NOON - DAY) }, { kind: 'heartbeat', now: at }),
});
const kept = [{ label: running.label, action: 'keep', reason: 'may still be running' }];

test.each([
  ['later than our clock says', NOON + 4 * DAY],
  ['before what our clock says', NOON + 2 * DAY],
])('with a clock of ours that is ahead and an object of a time %s a running backup is left alone', async (_, at) => {
  const { storage } = await filled([ofRun, wrongRecord(at)], [2, 1, 0]);
  expect(await pruneAt(NOON + 3 * DAY, storage)).toMatchObject({ leftOvers: kept });
  expect(storage.keys()).toContain(ofRun.key);
  expect(storage.keys().filter((key) => key.includes('/probe/'))).toEqual([]);
});

test('while all clocks are ahead an object that is further ahead makes no running backup a left-over', async () => {
  const { clock, storage } = await filled([ofRun, wrongRecord(NOON + 4 * DAY)], [2, 1, 0]);
  clock.set(NOON + 3 * DAY);
  expect(await pruneAt(NOON + 3 * DAY, storage)).toMatchObject({ leftOvers: kept });
});

test('a clock of ours that is ahead of the storage’s deletes no backup', async () => {
  const { storage } = await filled([], [15, 14, 1, 0]);
  await expect(pruneAt(NOON + 20 * DAY, storage)).rejects.toMatchObject({
    result: { refusals: [{ brake: 'clock-ahead', text: expect.stringContaining('20 d 0 h') }], deleted: [] },
  });
  expect((await pruneAt(NOON + HOUR, storage)).deleted).toEqual([]);
});

test('a storage that takes no probe is pruned by our clock and the times in it', async () => {
  const crashed = { at: NOON - 3 * DAY, key: dataKey({ name: 'app', label: labelAt(NOON - 3 * DAY) }, 'index.bin') };
  const { storage } = await filled([crashed], [60, 1, 0]);
  const full = faulty(storage);
  full.addFault('put').error(new BackuperError('storage-full', 'full')).repeat(99);
  expect((await pruneAt(NOON, full)).deleted).toEqual([labelAt(NOON - 60 * DAY)]);
  expect(storage.keys()).not.toContain(crashed.key);
});

test('what a crashed run left stays the reason to delete nothing when a run of the future is put beside it', async () => {
  const left = (startedAt: number, at: number) => ({
    at,
    key: dataKey({ name: 'app', label: labelAt(startedAt, 'dead00') }, segmentName(0, true)),
  });
  const crashed = left(NOON - 2 * DAY, NOON - 2 * DAY);
  const { storage } = await filled([crashed, left(NOON + 5 * DAY, NOON - 3 * HOUR)], [40, 39, 3]);
  await expect(pruneAt(NOON, storage)).rejects.toMatchObject({ result: { refusals: [{ brake: 'crashed-run' }] } });
  expect(storage.keys()).toContain(crashed.key);
});

const times = fc.integer({ min: -20 * 24, max: 20 * 24 }).map((hours) => NOON + hours * HOUR);
const words = fc.array(fc.record({ at: times, label: times, kind: fc.option(fc.constantFrom(...RECORD_KINDS)) }), {
  maxLength: 6,
});

test('whatever lies in the storage, with whatever time, no run that stored something on this day is swept', async () => {
  await fc.assert(
    fc.asyncProperty(times, fc.integer({ min: 0, max: 72 }), words, async (now, hours, foreign) => {
      const at = NOON - hours * HOUR;
      const id = { name: 'app', label: labelAt(at, 'beef00') };
      const { clock, storage } = await filled([{ at, key: dataKey(id, segmentName(0, true)) }], [2, 1, 0]);
      for (const [index, { at: storedAt, label, kind }] of foreign.entries()) {
        clock.set(storedAt);
        const other = { name: 'app', label: labelAt(label, `f0000${index}`) };
        if (kind === null) await putCommit(storage, label, { label: other.label });
        else await storage.put(createRecordKey(other, { kind, now: storedAt }), Buffer.from('{}'));
      }
      clock.set(NOON);
      const before = storage.keys().filter((key) => key.includes(id.label));
      await pruneAt(now, storage).catch((error) => expect(error).toMatchObject({ code: 'prune-refused' }));
      if (hours < 24) expect(storage.keys()).toEqual(expect.arrayContaining(before));
    }),
    { numRuns: 300 },
  );
});
