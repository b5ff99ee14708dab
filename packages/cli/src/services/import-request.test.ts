import { expect, test } from 'vitest';
import { importDatabase, importTime } from './import-request.ts';

const NOW = Date.parse('2024-03-15T12:00:00Z');

test.each([
  ['backup_20240315_120000.sql.gz', '2024-03-15T12:00:00.000Z'],
  ['s3://bucket/own.path/backup_20230101_000000.dump', '2023-01-01T00:00:00.000Z'],
  ['backup_20230101_000000', '2023-01-01T00:00:00.000Z'],
  ['dumps/backup_20230101_000000/', '2023-01-01T00:00:00.000Z'],
])('%s is of %s', (file, time) => {
  expect(new Date(importTime(file, undefined, NOW)).toISOString()).toBe(time);
});

test('a given time counts more than that of the name', () => {
  expect(importTime('backup_20240315_120000.sql', 7, NOW)).toBe(7);
});

test.each([
  ['shop.sql', undefined],
  ['backup_20230231_000000.sql', undefined],
  ['backup_20230101_0000001.sql', undefined],
  ['backup_20240315_120001.sql', undefined],
  ['shop.sql', NOW + 1],
])('%s, given as %s, is refused', (file, given) => {
  expect(() => importTime(file, given, NOW)).toThrow(/when it was made|to come/);
});

test('at most one database is named', () => {
  expect(importDatabase([])).toBe(undefined);
  expect(importDatabase(['app'])).toBe('app');
  expect(() => importDatabase(['a', 'b'])).toThrow(/several/);
  expect(() => importDatabase([''])).toThrow(/empty/);
});
