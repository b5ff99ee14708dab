import { dataKey, parseRecordKey, segmentName } from '@postgres-backuper/format';
import { type Storage, survey } from '@postgres-backuper/repository';
import { faulty } from '@postgres-backuper/testing';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import {
  DAY,
  NOON,
  putBackup,
  quietContext,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import { verify } from '../verify.ts';

const at = (time: number) => quietContext(testClock(time));

async function filled() {
  const storage = createMemoryStorage(() => NOON);
  const commit = await putBackup(storage, NOON - DAY);
  const run = (time = NOON, from: Storage = storage) =>
    verify(
      { name: 'app', target: { label: commit.label }, level: 'sample', share: 0.5 },
      { repository: testRepository(from) },
      at(time),
    );
  return { storage, commit, run };
}

test('each day another half is read, and what was read is recorded and counts for no level', async () => {
  const { storage, commit, run } = await filled();
  const read: string[] = [];
  const watched: Storage = {
    ...storage,
    get: (key, options) => {
      if (key.includes('/segment-')) read.push(key);
      return storage.get(key, options);
    },
  };
  const { level, backups } = await run(NOON, watched);
  expect([level, backups]).toMatchObject(['sample', [{ ok: true, sample: { parts: 2, segments: 1, ofSegments: 2 } }]]);
  expect(read).toHaveLength(1);
  await run(NOON + DAY, watched);
  expect(read.sort()).toEqual([0, 1].map((number) => dataKey(commit, segmentName(number, true))));
  const kinds = storage.keys().flatMap((key) => parseRecordKey(key)?.kind ?? []);
  expect(kinds).toEqual(['verify-sample-ok', 'verify-sample-ok']);
  const [backup] = (await survey({ name: 'app' }, testRepository(storage))).backups;
  expect(backup).toMatchObject({ verification: { level: 'stored' }, verifications: [] });
});

test('damage in the part condemns the backup; in the other part it is found on its day', async () => {
  for (const number of [0, 1]) {
    const { storage, run } = await filled();
    const altered = faulty(storage);
    const twice = new RegExp(segmentName(number, true));
    altered
      .addFault('get')
      .on(twice)
      .repeat(9)
      .alter((body) => body.map((byte) => byte ^ 1));
    const ends = await Promise.allSettled([run(NOON, altered), run(NOON + DAY, altered)]);
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(ends.find((end) => end.status === 'rejected')).toMatchObject({ reason: { code: 'verification-failed' } });
    expect((await survey({ name: 'app' }, testRepository(storage))).backups).toMatchObject([{ bad: true }]);
  }
});

test('a missing segment of another part is found all the same', async () => {
  const { storage, commit, run } = await filled();
  await storage.remove([dataKey(commit, segmentName(0, true))]);
  for (const time of [NOON, NOON + DAY]) await expect(run(time)).rejects.toMatchObject({ code: 'verification-failed' });
});
