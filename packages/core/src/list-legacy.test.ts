import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import { expect, test } from 'vitest';
import { listLegacy } from './list-legacy.ts';
import { quietContext, testClock } from './repository/repository.test-data.ts';

test('old files are found at the top and below backups/, newest first, and nothing else', async () => {
  const storage = createMemoryStorage();
  const keys = [
    'backup_20240315_120000.sql.gz',
    'backups/backup_20250101_000000.sql.gz',
    'backup_20240316_120000.sql',
    'backup_20240315_120000.sql.gz.tmp',
    'backup_20240315.sql',
    'backups/old/backup_20240315_120000.sql',
    'backup_x/backups/backup_20260315_120000_ab12cd.json',
  ];
  for (const key of keys) await storage.put(key, Buffer.from('1234'));
  const found = await listLegacy({ storages: [storage] }, quietContext(testClock()));
  expect(found.map(({ key, madeAt, compressed, sizeBytes }) => [key, madeAt, compressed, sizeBytes])).toEqual([
    ['backups/backup_20250101_000000.sql.gz', '2025-01-01 00:00:00', true, 4],
    ['backup_20240316_120000.sql', '2024-03-16 12:00:00', false, 4],
    ['backup_20240315_120000.sql.gz', '2024-03-15 12:00:00', true, 4],
  ]);
});
