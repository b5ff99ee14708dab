import { findBackup } from '@postgres-backuper/repository';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import {
  DAY,
  labelAt,
  NOON,
  putCommit,
  quietContext,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import { status } from './status.ts';

const HELD = /choose one of the names that have backups with .*: app$/;

async function repositoryOfApp() {
  const storage = createMemoryStorage();
  await putCommit(storage, NOON);
  return testRepository(storage);
}

test.each([
  ['latest', { latest: true }, 'backup-none'],
  ['a time', { at: NOON + DAY }, 'backup-none'],
  ['a label', { label: labelAt(NOON) }, 'label-unknown'],
] as const)('whoever wants %s of a name with a typing error sees the names that are there', async (_, target, code) => {
  const found = findBackup({ name: 'apq', target }, await repositoryOfApp(), testClock());
  await expect(found).rejects.toMatchObject({ code, hint: expect.stringMatching(HELD) });
});

test('so does the status of such a name', async () => {
  const context = quietContext(testClock());
  const asked = status({ name: 'apq', maxAgeMs: DAY }, { repository: await repositoryOfApp() }, context);
  await expect(asked).rejects.toMatchObject({ code: 'backup-none', hint: expect.stringMatching(HELD) });
});

test('where no name may be listed, the hint does without', async () => {
  const repository = await repositoryOfApp();
  const folders = async function* () {
    yield* [];
    throw new Error('denied');
  };
  const denied = { ...repository, storage: { ...repository.storage, folders } };
  const found = findBackup({ name: 'apq', target: { latest: true } }, denied, testClock());
  await expect(found).rejects.toMatchObject({ code: 'backup-none', hint: expect.not.stringMatching(HELD) });
});

test('the name itself, of which a failed run left a folder, is not among them', async () => {
  const repository = await repositoryOfApp();
  await repository.storage.put('apq/data/left', Buffer.from('x'));
  const found = findBackup({ name: 'apq', target: { latest: true } }, repository, testClock());
  await expect(found).rejects.toMatchObject({ hint: expect.stringMatching(HELD) });
});
