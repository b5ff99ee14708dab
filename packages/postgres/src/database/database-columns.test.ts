import { expect, it } from 'vitest';
import { DATABASE_COLUMNS, unknownColumns } from './database-columns.ts';

it('names the columns that a newer server has', () => {
  const row = Object.fromEntries(Object.keys(DATABASE_COLUMNS).map((column) => [column, null]));
  expect(unknownColumns(row)).toEqual([]);
  expect(unknownColumns({ ...row, datnew: 1 })).toEqual(['datnew']);
});
