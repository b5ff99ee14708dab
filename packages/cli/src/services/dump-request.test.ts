import { resolveSettings } from '@postgres-backuper/options';
import { expect, test } from 'vitest';
import { dumpRequest } from './dump-request.ts';

const ENVIRONMENT = {
  PARALLEL_JOBS: '64',
  BACKUP_SPLIT_TABLES: 'off',
  BACKUP_NO_LARGE_OBJECTS: 'true',
  BACKUP_EXCLUDE_TABLE_DATA: 'logs',
};

test('a check judges what a backup with the same settings would do', () => {
  const [backup, check] = (['backup', 'check'] as const).map((command) =>
    dumpRequest(resolveSettings({ command, flags: new Map(), environment: ENVIRONMENT }).settings),
  );
  expect(check).toMatchObject({ jobs: 64, largeObjects: false, selection: { excludeTableData: ['logs'] } });
  expect(check).toEqual(backup);
});
