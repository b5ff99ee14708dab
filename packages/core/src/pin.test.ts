import { commitKey, createRecordKey, recordPrefix, signatureKey } from '@postgres-backuper/format';
import { type Storage, survey } from '@postgres-backuper/repository';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import {
  DAY,
  HOUR,
  labelAt,
  NOON,
  putBackup,
  quietContext,
  SIGNER,
  signatureOf,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import { pin, unpin } from './pin.ts';
import { prune } from './prune.ts';
import { verify } from './verify.ts';

const ID = { name: 'app', label: labelAt(NOON - 40 * DAY) };
const SIGNED = { trusted: SIGNER, signer: SIGNER };

/** A signed backup of forty days ago in a storage whose clock is right. */
async function filled() {
  const storage = createMemoryStorage(() => NOON);
  await putBackup(storage, NOON - 40 * DAY);
  const bytes = await storage.get(commitKey(ID), { maxBytes: 8192 });
  await storage.put(signatureKey(ID), Buffer.from(signatureOf(bytes)));
  return storage;
}

const at = (time: number) => quietContext(testClock(time));
const isPinned = async (storage: Storage) =>
  (await survey({ name: 'app' }, testRepository(storage, SIGNED))).backups.map(({ pinned }) => pinned);

test.each([HOUR, -HOUR, -900 * DAY])(
  'a pin of a machine whose clock is wrong by %i ms counts after an unpin that was signed before',
  async (wrong) => {
    const storage = await filled();
    const services = { repository: testRepository(storage, SIGNED) };
    await pin(ID, services, at(NOON - 60_000));
    await unpin(ID, services, at(NOON - 30_000));
    expect(await pin(ID, services, at(NOON + wrong))).toMatchObject({ pinned: true, changed: true });
    expect(await isPinned(storage)).toEqual([true]);
    await unpin(ID, services, at(NOON + wrong));
    expect(await isPinned(storage)).toEqual([false]);
  },
);

test('a failed verification of a machine whose clock is behind counts after one that succeeded', async () => {
  const storage = await filled();
  const run = (now: number) =>
    verify({ ...ID, target: ID, level: 'stored' }, { repository: testRepository(storage, SIGNED) }, at(now));
  await run(NOON - 60_000);
  const [segment = ''] = storage.keys().filter((key) => key.includes('segment-00000001'));
  await storage.remove([segment]);
  await expect(run(NOON - 5 * HOUR)).rejects.toMatchObject({ code: 'verification-failed' });
  expect((await survey({ name: 'app' }, testRepository(storage, SIGNED))).backups).toMatchObject([{ bad: true }]);
});

/** Something happens as soon as a record of this kind was stored. */
function meanwhile(storage: Storage, kind: string, what: () => Promise<void>): Storage {
  return {
    ...storage,
    async put(key, ...rest) {
      await storage.put(key, ...rest);
      if (key.endsWith(`-${kind}.json`)) await what();
    },
  };
}

test('a pin of a backup that is deleted meanwhile fails and leaves nothing', async () => {
  const storage = await filled();
  const rotating = meanwhile(storage, 'pin', () => storage.remove([commitKey(ID)]));
  await expect(pin(ID, { repository: testRepository(rotating) }, at(NOON))).rejects.toMatchObject({
    code: 'backup-none',
  });
  expect(storage.keys().filter((key) => key.startsWith(recordPrefix(ID)))).toEqual([]);
});

test('a pin that another run takes back meanwhile fails with the reason', async () => {
  const storage = await filled();
  const key = createRecordKey(ID, { kind: 'unpin', now: NOON + 60_000 });
  const contested = meanwhile(storage, 'pin', () => storage.put(key, Buffer.from('{}')));
  await expect(pin(ID, { repository: testRepository(contested) }, at(NOON))).rejects.toMatchObject({
    code: 'record-ignored',
  });
});

test('a backup that is pinned while prune is about to delete it stays', async () => {
  const storage = await filled();
  for (const age of [0, 1, 2]) await putBackup(storage, NOON - age * DAY);
  await putBackup(storage, NOON - 50 * DAY);
  let looks = 0;
  const pinning: Storage = {
    ...storage,
    async *list(prefix, options) {
      if (prefix === recordPrefix(ID) && looks++ === 0)
        await pin(ID, { repository: testRepository(storage) }, at(NOON));
      yield* storage.list(prefix, options);
    },
  };
  const request = { name: 'app', dryRun: false, force: true, acceptNewServer: false };
  const retention = { keepDays: 30, keepMinimum: 1 };
  const result = await prune({ ...request, retention }, { repository: testRepository(pinning) }, at(NOON));
  expect(result.deleted).toEqual([labelAt(NOON - 50 * DAY)]);
  expect(await isPinned(storage)).toEqual([true]);
});
