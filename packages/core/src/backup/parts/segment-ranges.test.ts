import { createObjectList, RANGE_SEGMENTS, segmentName } from '@postgres-backuper/format';
import { expect, test } from 'vitest';
import { fillRange, inWholeList } from './segment-ranges.ts';

const entry = (number: number) => ({ key: segmentName(number, true), sizeBytes: 1, sha256: 'a'.repeat(64) });

test.each([
  [[0, 1, 2], true],
  [[2, 0, 1], true],
  [[], true],
  [[0, 2], false],
  [[0, 0], true], // one object, named twice
  [[1], false],
  [[-1], false],
])('segments %j of a range fill it: %s', (numbers, expected) => {
  expect(fillRange(createObjectList(numbers.map((number) => entry(2 * RANGE_SEGMENTS + number))), 2)).toBe(expected);
});

test('an object that is no segment fills none', () => {
  expect(fillRange(createObjectList([{ ...entry(0), key: 'catalog.json.zst' }]), 1)).toBe(false);
});

test('segments of a range are counted in the whole list, those of a parent stay as they are', () => {
  const objects = createObjectList([0, 1, RANGE_SEGMENTS, 2 * RANGE_SEGMENTS].map(entry));
  const extents = [
    [0, 512, 3],
    [7, 512, 4, 1],
  ] as const;
  expect([...inWholeList(2, { objects })(extents)]).toEqual([[3, 512, 3], extents[1]]);
});
