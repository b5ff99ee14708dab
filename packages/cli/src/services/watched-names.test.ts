import { BackuperError } from '@postgres-backuper/base';
import { resolveSettings } from '@postgres-backuper/options';
import type { Repository } from '@postgres-backuper/repository';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import { NOON, putCommit, testRepository } from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import { watchedNames } from './backup-name.ts';

const { signal } = new AbortController();
const input = { resolved: resolveSettings({ command: 'status', environment: {}, flags: new Map() }), environment: {} };

function broken(): Repository {
  const refuse = () => {
    throw new BackuperError('storage-denied', 'no');
  };
  const storage = { ...createMemoryStorage(() => NOON), folders: refuse, list: refuse };
  return testRepository(storage);
}

test('a repository that fails hides no name that another one holds', async () => {
  const storage = createMemoryStorage(() => NOON);
  await putCommit(storage, NOON);
  expect(await watchedNames(input, [broken(), testRepository(storage)], { signal })).toEqual(['app']);
  await expect(watchedNames(input, [broken()], { signal })).rejects.toMatchObject({ code: 'storage-denied' });
});
