import { BackuperError } from '@postgres-backuper/base';
import { commitKey, signatureKey, writeCommit } from '@postgres-backuper/format';
import {
  type CachedObject,
  caching,
  listBackups,
  listNames,
  type Signer,
  writeRecord,
} from '@postgres-backuper/repository';
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
import { observed } from '../../repository/src/storage/observed.ts';
import { list } from './list.ts';

const TRUSTED: Signer = {
  fingerprint: 'F'.repeat(40),
  sign: async () => 'good',
  check: async (_, signature) => {
    if (signature !== 'good') throw new BackuperError('signature-invalid', 'not the signer');
  },
};

test('backups are listed oldest first, of this name only', async () => {
  const storage = createMemoryStorage();
  for (const days of [1, 3, 2]) await putCommit(storage, NOON - days * DAY);
  await putCommit(storage, NOON, { name: 'other' });
  await putCommit(storage, NOON, { name: 'app2' });
  const { backups, damaged } = await listBackups({ name: 'app' }, testRepository(storage));
  expect(backups.map(({ label }) => label)).toEqual([3, 2, 1].map((days) => labelAt(NOON - days * DAY)));
  expect(damaged).toEqual([]);
});

test('a damaged commit hides no other, and foreign objects are passed over', async () => {
  const storage = createMemoryStorage();
  const commit = await putCommit(storage, NOON);
  await storage.put('app/backups/README.txt', Buffer.from('hello'));
  await storage.put('app/backups/notes.json', Buffer.from('{}'));
  await storage.put(commitKey({ name: 'app', label: labelAt(NOON - DAY) }), writeCommit(commit));
  await storage.put(commitKey({ name: 'app', label: labelAt(NOON - 2 * DAY) }), Buffer.alloc(9000, ' '));
  const { backups, damaged } = await listBackups({ name: 'app' }, testRepository(storage));
  expect(backups).toHaveLength(1);
  expect(damaged.map(({ label, error }) => [label, error.code])).toEqual([
    [labelAt(NOON - 2 * DAY), 'object-too-large'],
    [labelAt(NOON - DAY), 'commit-invalid'],
  ]);
});

test('with a trusted signer only its commits count', async () => {
  const storage = createMemoryStorage();
  const [good, bad] = [await putCommit(storage, NOON), await putCommit(storage, NOON - DAY)];
  await putCommit(storage, NOON - 2 * DAY);
  await storage.put(signatureKey(good), Buffer.from('good'));
  await storage.put(signatureKey(bad), Buffer.from('forged'));
  const { backups, damaged } = await listBackups({ name: 'app' }, testRepository(storage, { trusted: TRUSTED }));
  expect(backups.map(({ label }) => label)).toEqual([labelAt(NOON)]);
  expect(damaged.map(({ error }) => [error.code, error.message])).toEqual([
    ['signature-missing', expect.stringContaining(`${labelAt(NOON - 2 * DAY)}.json.sig' is missing`)],
    ['signature-invalid', `object '${signatureKey(bad)}': not the signer`],
  ]);
});

test('a damaged commit is named as such, whatever its signature says', async () => {
  const storage = createMemoryStorage();
  const commit = await putCommit(storage, NOON);
  const key = commitKey(commit);
  await storage.put(signatureKey(commit), Buffer.from('good'));
  const bytes = Buffer.from(await storage.get(key, { maxBytes: 8192 }));
  const digestAt = bytes.indexOf(commit.objects.sha256);
  bytes[digestAt] = (bytes[digestAt] ?? 0) ^ 1; // of the list's SHA-256: not the list is to blame
  await storage.remove([key]);
  await storage.put(key, bytes);
  const trusted = { ...TRUSTED, check: async () => Promise.reject(new BackuperError('signature-invalid', 'no')) };
  const { damaged } = await listBackups({ name: 'app' }, testRepository(storage, { trusted }));
  expect(damaged).toMatchObject([{ error: { code: 'commit-invalid', message: expect.stringContaining(`'${key}'`) } }]);
});

test('a storage that fails is an error, not a damaged backup', async () => {
  const storage = createMemoryStorage();
  await putCommit(storage, NOON);
  const failing = { ...storage, get: () => Promise.reject(new BackuperError('storage-denied', 'no')) };
  await expect(listBackups({ name: 'app' }, testRepository(failing))).rejects.toMatchObject({ code: 'storage-denied' });
});

test('a backup of another server or database than the one before it says of which', async () => {
  const storage = createMemoryStorage();
  const { database } = await putCommit(storage, NOON - 3 * DAY);
  await putCommit(storage, NOON - 2 * DAY, { database: { ...database, host: 'alias.example' } });
  await putCommit(storage, NOON - DAY, { database: { ...database, systemIdentifier: '1', host: 'new.example' } });
  await putCommit(storage, NOON, { database: { ...database, systemIdentifier: null, host: 'new.example' } });
  const { backups } = await list(
    { retention: { keepMinimum: 1 } },
    { repository: testRepository(storage) },
    quietContext(testClock()),
  );
  expect(backups.map(({ newSource }) => newSource)).toEqual([
    null,
    "database 'app' on 'new.example' (system 1)",
    null,
    null,
  ]);
});

test('names are those of the folders that we made', async () => {
  const storage = createMemoryStorage();
  for (const name of ['b', 'my app', 'база']) await putCommit(storage, NOON, { name });
  await storage.put('=zz/x', Buffer.from(''));
  await storage.put('backup_20240315_120000.sql.gz', Buffer.from(''));
  expect((await listNames(testRepository(storage))).sort()).toEqual(['b', 'my app', 'база']);
});

test('ten thousand backups with a warm cache are listed without reading a commit', async () => {
  const storage = createMemoryStorage(() => NOON);
  const context = quietContext(testClock(NOON));
  for (let hour = 1; hour <= 10_000; hour += 1) {
    const { name, label } = await putCommit(storage, NOON - hour * HOUR);
    await writeRecord({ name, label, kind: 'verify-stored-ok' }, { storage }, context);
  }
  const kept = new Map<string, CachedObject>();
  const cache = { load: async () => kept, save: async (key: string, body: CachedObject) => void kept.set(key, body) };
  const request = { name: 'app', retention: { keepDays: 30, keepMinimum: 3 } };
  await list(request, { repository: testRepository(caching(storage, cache)) }, context);
  const counted = observed(storage);
  const { backups } = await list(request, { repository: testRepository(caching(counted, cache)) }, context);
  expect(backups).toHaveLength(10_000);
  // two listings: of 10,000 commits and 10,000 records, ten pages of a thousand each
  expect(counted.counts()).toMatchObject({ gets: 0, lists: 2 });
});
