import { BackuperError, type ErrorCode, type Event } from '@postgres-backuper/base';
import { commitKey, signatureKey, writeCommit } from '@postgres-backuper/format';
import type { Repository } from '@postgres-backuper/repository';
import { faulty } from '@postgres-backuper/testing';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import {
  DAY,
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
import { status } from '../status.ts';
import type { OpenedBackup } from './opened-backup.ts';
import { readingBackup } from './reading-backup.ts';

const NEWEST = labelAt(NOON - DAY);

/** Two backups; what reading the newest ends with, and what is said meanwhile. */
async function prepared(changes: Partial<Repository> = {}) {
  const memory = createMemoryStorage(() => NOON);
  for (const days of [2, 1]) {
    const commit = await putBackup(memory, NOON - days * DAY);
    await memory.put(signatureKey(commit), Buffer.from(signatureOf(writeCommit(commit))));
  }
  const storage = faulty(memory);
  const repository = testRepository(storage, changes);
  const events: Event[] = [];
  const context = { ...quietContext(testClock()), emit: (event: Event) => void events.push(event) };
  const read = (code: ErrorCode) => {
    const use = async () => Promise.reject(new BackuperError(code, 'what was met'));
    const request = { name: 'app', target: { label: NEWEST } } as const;
    return readingBackup(request, { repository, use }, context).catch((error: BackuperError) => error);
  };
  const watched = () => status({ name: 'app', maxAgeMs: 9 * DAY }, { repository }, context).catch((error) => error);
  const records = () => memory.keys().filter((key) => key.includes('/records/'));
  return { storage, context, events, read, watched, records };
}

test.each([
  ['object-altered', 'content'],
  ['object-missing', 'content'],
  ['restore-differs', 'restore'],
] as const)('%s, met while a backup is read, is recorded at level %s, and status fails', async (code, level) => {
  const { read, watched, records } = await prepared();
  expect(await watched()).toMatchObject({ state: 'ok' });
  expect(await read(code)).toMatchObject({ code, hint: expect.stringContaining(labelAt(NOON - 2 * DAY)) });
  expect(records()).toEqual([expect.stringMatching(`^app/records/${NEWEST}/.*-verify-${level}-failed\\.json$`)]);
  expect(await watched()).toMatchObject({
    code: 'newest-damaged',
    result: { newest: { label: labelAt(NOON - 2 * DAY) } },
  });
});

test.each(['storage-unreachable', 'key-wrong', 'signature-missing', 'restore-failed'] as const)(
  '%s says nothing about a backup, and nothing is recorded',
  async (code) => {
    const { read, records } = await prepared();
    expect(await read(code)).toMatchObject({ code });
    expect(records()).toEqual([]);
  },
);

test('damage that must not be recorded is only a notice', async () => {
  const { storage, read, events } = await prepared();
  storage.addFault('put').error(new BackuperError('storage-denied', 'it may not write'));
  expect(await read('object-altered')).toMatchObject({ code: 'object-altered' });
  expect(events).toContainEqual({ type: 'notice', text: expect.stringContaining('could not be recorded: it may not') });
});

test('a word that is not signed is stored, and said to count for nobody who trusts one signer', async () => {
  const { read, events, records, watched } = await prepared({ trusted: SIGNER });
  expect(await read('object-altered')).toMatchObject({ code: 'object-altered' });
  expect(records()).toHaveLength(1);
  expect(events).toContainEqual({ type: 'notice', text: expect.stringContaining('without a signature') });
  expect(await watched()).toMatchObject({ state: 'ok' });
});

test.each([true, false])(
  'the newest backup that is deleted meanwhile is replaced, if the work may be repeated: %s',
  async (mayRepeat) => {
    const { storage, context } = await prepared();
    const used: string[] = [];
    const use = async ({ commit }: OpenedBackup): Promise<string> => {
      used.push(commit.label);
      if (commit.label !== NEWEST) return commit.label;
      await storage.remove([commitKey({ name: 'app', label: NEWEST })]);
      throw new BackuperError('object-missing', 'it is gone');
    };
    const request = { name: 'app', target: { latest: true } } as const;
    const services = { repository: testRepository(storage), use, mayRepeat: () => mayRepeat };
    const read = readingBackup(request, services, context).catch((error: BackuperError) => error.code);
    const older = labelAt(NOON - 2 * DAY);
    expect(await read).toBe(mayRepeat ? older : 'backup-none');
    expect(used).toEqual(mayRepeat ? [NEWEST, older] : [NEWEST]);
  },
);
