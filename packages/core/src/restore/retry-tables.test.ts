import { BackuperError } from '@postgres-backuper/base';
import { expect, test } from 'vitest';
import type { RefusedTable } from './load-table.ts';
import { withoutEmpty } from './retry-tables.ts';

const refused = (table: string, rows: number, code: 'restore-failed' | 'object-missing'): RefusedTable => ({
  planned: { table: { schema: 'cron', table, rows } } as RefusedTable['planned'],
  error: new BackuperError(code, 'permission denied'),
});

test('no row is missing of a table that is empty in the backup, unless what is stored is damaged', () => {
  const all = [
    refused('empty', 0, 'restore-failed'),
    refused('full', 3, 'restore-failed'),
    refused('damaged', 0, 'object-missing'),
  ];
  const { refusedTables, emptyTables } = withoutEmpty(all);
  expect(refusedTables.map(({ planned }) => planned.table.table)).toEqual(['full', 'damaged']);
  expect(emptyTables).toEqual([
    {
      ...{ object: 'TABLE DATA cron empty', lack: 'missing', sqlState: '', statement: '' },
      reason: 'permission denied (it has no rows)',
    },
  ]);
});
