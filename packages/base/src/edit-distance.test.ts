import { expect, test } from 'vitest';
import { editDistance } from './edit-distance.ts';

test.each([
  ['', '', 0],
  ['', 'abc', 3],
  ['dump', 'dumps', 1],
  ['restore', 'restroe', 1],
  ['abc', 'xyz', 3],
  ['verify', 'very', 2],
])('%s, %s: %i', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});
