import { expect, test } from 'vitest';
import { formatDuration } from './duration.ts';
import { formatBytes } from './format-bytes.ts';
import { formatCount } from './number-of.ts';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1536 * 1024, '1.5 MiB'],
  [300 * 1024 ** 3, '300 GiB'],
  [5000 * 1024 ** 4, '5000 TiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [12_345, '12.3 s'],
  [59_999, '1 min 00 s'],
  [3_599_600, '1 h 00 min'],
  [12_000_000, '3 h 20 min'],
  [1_051_200_000, '12 d 4 h'],
])('%d milliseconds are %s', (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text);
});

test('thousands are set apart', () => {
  expect([0, 999, 1000, 1_234_567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567']);
});
