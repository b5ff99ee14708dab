import type { PartsPlan } from '@postgres-backuper/format';
import { expect, test } from 'vitest';
import { askedParts, leftOutParts } from './left-out-parts.ts';

/** The first part has the large objects, the second one a table, the third one nothing. */
function asking(part: number | undefined, { largeObjects = true, major = 17 } = {}) {
  const plan = { parts: [[], [{}], []], largeObjects: { part: 1, clientMajor: 17 } } as unknown as PartsPlan;
  return { plan, request: { part, largeObjects }, client: { programs: { major } } } as Parameters<
    typeof leftOutParts
  >[0];
}

test('a job that takes any part asks for those with something to read, any other for its own', () => {
  expect(askedParts(asking(undefined))).toEqual([1, 2]);
  expect(askedParts(asking(3))).toEqual([3]);
});

test('a job leaves out large objects that it may not read, and a part without any table', () => {
  expect(leftOutParts(asking(undefined))).toEqual([]);
  const unwanted = { part: 1, why: 'has the large objects, which this job leaves out' };
  expect(leftOutParts(asking(undefined, { largeObjects: false }))).toEqual([unwanted]);
  expect(leftOutParts(asking(1, { major: 18 }))).toMatchObject([
    { part: 1, why: expect.stringContaining('pg_dump 18') },
  ]);
  expect(leftOutParts(asking(3))).toEqual([{ part: 3, why: 'has no table' }]);
});
