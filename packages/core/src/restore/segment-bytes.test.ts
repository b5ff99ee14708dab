import { expect, test } from 'vitest';
import { createSegmentBytes } from './segment-bytes.ts';

const piece = (file: string, text: string) => ({ file, offset: 7, data: Buffer.from(text) });
/** Data at 512, 1536 (after 5 bytes and padding) and 3072 (after 600). */
const BYTES = createSegmentBytes([piece('1.dat', 'abcde'), piece('2.dat', 'x'.repeat(600)), piece('3.dat', 'yz')]);

test('a piece is found by its name and length', () => {
  expect(BYTES.piece('1.dat', 7, 5)?.toString()).toBe('abcde');
  expect(BYTES.piece('1.dat', 7, 4)).toBeUndefined();
  expect(BYTES.piece('1.dat', 8, 5)).toBeUndefined();
});

test.each([
  [512, 5, 'abcde'],
  [513, 2, 'bc'],
  [1536, 1, 'x'],
  [2135, 1, 'x'],
  [3073, 1, 'z'],
])('the range from %i of %i bytes is within a piece', (offset, length, text) => {
  expect(BYTES.range(offset, length)?.toString()).toBe(text);
});

test.each([
  ['a header', 0, 5],
  ['what is before the data', 511, 2],
  ['two pieces', 512, 1100],
  ['padding', 514, 4],
  ['the header of the second piece', 1024, 1],
  ['the end of the tar', 3584, 1],
  ['nothing like it', 1e9, 1],
])('%s is no range of a piece', (_, offset, length) => {
  expect(BYTES.range(offset, length)).toBeUndefined();
});
