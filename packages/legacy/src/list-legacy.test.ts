import { BackuperError, type Event } from '@postgres-backuper/base';
import type { Storage } from '@postgres-backuper/repository';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import { quietContext, testClock } from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import { listLegacy } from './list-legacy.ts';

const keys = [
  'backup_20240315_120000.sql.gz',
  'backups/backup_20250101_000000.sql.gz',
  'own/path/backup_20260101_000000.sql.gz',
  'backup_20240316_120000.sql',
  'backup_20240315_120000.sql.gz.tmp',
  'backup_20240315.sql',
  'backups/old/backup_20240315_120000.sql',
  'backup_x/backups/backup_20260315_120000_ab12cd.json',
];

test('old files are found in each folder, newest first, as restore takes them, and nothing else', async () => {
  const storage = createMemoryStorage();
  for (const key of keys) await storage.put(key, Buffer.from('1234'));
  const place = { address: 's3://bucket', storage, folders: ['own/path/', 'backups/', ''] };
  const found = await listLegacy({ places: [place] }, quietContext(testClock()));
  expect(found.map(({ source, madeAt, compressed, sizeBytes }) => [source, madeAt, compressed, sizeBytes])).toEqual([
    ['s3://bucket/own/path/backup_20260101_000000.sql.gz', '2026-01-01 00:00:00', true, 4],
    ['s3://bucket/backups/backup_20250101_000000.sql.gz', '2025-01-01 00:00:00', true, 4],
    ['s3://bucket/backup_20240316_120000.sql', '2024-03-16 12:00:00', false, 4],
    ['s3://bucket/backup_20240315_120000.sql.gz', '2024-03-15 12:00:00', true, 4],
  ]);
});

test('a folder that may not be listed is passed over with a word, but for the first', async () => {
  const storage = createMemoryStorage();
  for (const key of keys) await storage.put(key, Buffer.from('1234'));
  const events: Event[] = [];
  const denied: Pick<Storage, 'list' | 'get' | 'location'> = {
    ...storage,
    location: 'here',
    list: (prefix) => {
      if (prefix !== 'own/path/backup_') throw new BackuperError('storage-denied', 'no');
      return storage.list(prefix);
    },
  };
  const list = (folders: readonly string[]) =>
    listLegacy(
      { places: [{ address: 's3://bucket', storage: denied, folders }] },
      { signal: new AbortController().signal, emit: (event) => void events.push(event) },
    );
  expect(await list(['own/path/', 'backups/'])).toHaveLength(1);
  expect(events).toMatchObject([{ type: 'notice', text: "'backups/' in 'here' may not be listed" }]);
  await expect(list(['backups/', 'own/path/'])).rejects.toMatchObject({ code: 'storage-denied' });
});
