import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLabel, matchesLabel, parseLabel } from './label.ts';

test('a label tells the start in UTC, to the second', () => {
  const label = createLabel(Date.parse('2024-03-15T12:00:09.999Z'));
  expect(label).toMatch(/^backup_20240315_120009_[0-9a-f]{6}$/);
  expect(parseLabel(label)).toEqual({ startedAt: Date.parse('2024-03-15T12:00:09Z') });
});

test('every time gives a label that parses', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.parse('9999-12-31T23:59:59Z') }), (now) => {
      expect(parseLabel(createLabel(now))?.startedAt).toBe(Math.floor(now / 1000) * 1000);
    }),
  );
});

test('two labels of one second differ', () => {
  expect(new Set(Array.from({ length: 50 }, () => createLabel(0))).size).toBeGreaterThan(48);
});

test.each([
  'backup_20240315_120000',
  'backup_20240230_120000_ab12cd',
  'backup_20230229_120000_ab12cd',
  'backup_20240015_120000_ab12cd',
  'backup_20241315_120000_ab12cd',
  'backup_20240300_120000_ab12cd',
  'backup_20240315_240000_ab12cd',
  'backup_20240315_126000_ab12cd',
  'backup_20240315_120060_ab12cd',
  'backup_00240315_120000_ab12cd',
  'backup_20240315_250000_ab12cd',
  'backup_20240315_120000_AB12CD',
  'backup_20240315_120000_ab12cd/..',
  'backup_20240315_120000_ab12cd\n',
  '',
])('%j is no label', (label) => {
  expect(parseLabel(label)).toBeUndefined();
});

test('a label matches itself, whole or without its suffix, and nothing else', () => {
  const label = 'backup_20240315_120000_ab12cd';
  expect(matchesLabel(label, label)).toBe(true);
  expect(matchesLabel(label, 'backup_20240315_120000')).toBe(true);
  for (const other of ['backup_20240315_12000', 'backup_20240315_120000_', 'backup_20240315', '']) {
    expect(matchesLabel(label, other)).toBe(false);
  }
});
