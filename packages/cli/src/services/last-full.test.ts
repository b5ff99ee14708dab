import { expect, test } from 'vitest';
import { parseLastFull } from './last-full.ts';

test.each([
  ['2024-03-15', '2024-03-15T00:00:00Z'],
  ['2024-03-15 02:15', '2024-03-15T02:15:00Z'],
  ['2024-03-15 02:15:00.123456+00', '2024-03-15T02:15:00Z'],
  ['2024-03-15T02:15:00Z', '2024-03-15T02:15:00Z'],
  ['2024-03-15 02:15:00 UTC', '2024-03-15T02:15:00Z'],
  [' 2024-03-15 02:15:00+0530\n', '2024-03-14T20:45:00Z'],
  ['20240315', '2024-03-15T00:00:00Z'],
  ['20240315_021500', '2024-03-15T02:15:00Z'],
  ['backup_20240315_021500.sql.gz', '2024-03-15T02:15:00Z'],
  ['backup_20240315_021500_ab12cd', '2024-03-15T02:15:00Z'],
])("the last full backup of '%s' is at %s", (text, at) => {
  expect(parseLastFull(text)).toBe(Date.parse(at));
});

test.each(['never', '2024-02-31', '2024-13-01', '2024-03-15 25:00', '15.03.2024', '1710468900', '2024-03-15 02:15 x'])(
  "'%s' is no time",
  (text) => {
    expect(parseLastFull(text)).toBe('unknown');
  },
);

test('an empty text says nothing, as in the original scripts', () => {
  expect([parseLastFull(''), parseLastFull(' ')]).toEqual([undefined, undefined]);
});
