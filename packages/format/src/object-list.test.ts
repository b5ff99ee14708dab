import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { catalogName, INDEX_NAME, MARK_NAME, OBJECTS_NAME, segmentName } from './keys.ts';
import { createObjectList } from './object-list.ts';
import type { ObjectEntry } from './objects.ts';

const digest = (kind: string, text: string): string => createHash(kind).update(text).digest('hex');
const entryOf = (key: string, { sizeBytes = key.length, md5 = true } = {}): ObjectEntry => ({
  ...{ key, sizeBytes, sha256: digest('sha256', key) },
  ...(md5 ? { md5: digest('md5', key) } : {}),
});
const OTHERS = [catalogName(true), INDEX_NAME, MARK_NAME, OBJECTS_NAME, 'segments-of-later-versions'];

const keys = fc.oneof(
  fc.constantFrom(...OTHERS),
  fc
    .tuple(fc.integer({ min: 0, max: 40_000 }), fc.boolean())
    .map(([number, encrypted]) => segmentName(number, encrypted)),
);
const entries = fc.uniqueArray(
  fc.record({ key: keys, sizeBytes: fc.maxSafeNat(), md5: fc.boolean() }).map(({ key, ...how }) => entryOf(key, how)),
  { selector: ({ key }) => key.replace('.gpg', '') },
);

test('a list has what was added, in the order of the keys, whatever order that came in', () => {
  fc.assert(
    fc.property(entries, (all) => {
      const list = createObjectList(all);
      const inOrder = all.toSorted((a, b) => (a.key < b.key ? -1 : 1));
      expect([...list]).toEqual(inOrder);
      expect(list.length).toBe(all.length);
      expect(all.map((_, index) => list.at(index))).toEqual(inOrder);
      expect(list.at(all.length)).toBeUndefined();
    }),
  );
});

test('a segment is found by its number', () => {
  const list = createObjectList([entryOf(segmentName(20_000, true)), entryOf(catalogName(true))]);
  expect(list.segment(20_000)).toEqual(entryOf(segmentName(20_000, true)));
  expect([0, 19_999, 20_001, 1e9, -1].map(list.segment)).toEqual(Array.from({ length: 5 }, () => undefined));
  expect(list.segments).toBe(1);
});

test('segments of several workers, each in a range of its own, are found by their place', () => {
  const numbers = [0, 1, 262_144, 262_145, 262_147, 300_000, 524_288];
  const list = createObjectList(numbers.map((number) => entryOf(segmentName(number, true))));
  const found = () => Array.from({ length: list.segments }, (_, index) => list.at(index)?.key);
  expect(found()).toEqual(numbers.map((number) => segmentName(number, true)));
  list.add(entryOf(segmentName(262_146, true)));
  expect(found()).toEqual([...numbers, 262_146].sort((a, b) => a - b).map((number) => segmentName(number, true)));
  expect([list.at(8), list.at(-1)]).toEqual([undefined, undefined]);
});

test('what is added again replaces the first', () => {
  const list = createObjectList([entryOf(segmentName(0, true)), entryOf(segmentName(0, true), { md5: false })]);
  expect([...list]).toEqual([entryOf(segmentName(0, true), { md5: false })]);
});

test.each(['', 'ab', 'x'.repeat(64), 'a'.repeat(66)])('%j is not taken for a SHA-256', (sha256) => {
  expect(() => createObjectList([{ ...entryOf(segmentName(0, true)), sha256 }])).toThrow(RangeError);
});

test('200,000 segments take about 56 bytes each', () => {
  const before = memory();
  const list = createObjectList(many(200_000));
  expect((memory() - before) / list.length).toBeLessThan(72); // other tests of this process allocate too;
  expect(list.segment(199_999)?.sizeBytes).toBe(199_999);
});

function* many(count: number): Generator<ObjectEntry> {
  const digests = { sha256: 'a'.repeat(64), md5: 'b'.repeat(32) };
  for (let number = 0; number < count; number += 1)
    yield { key: segmentName(number, true), sizeBytes: number, ...digests };
}

/** Bytes outside of the heap, where the pages are. */
function memory(): number {
  return process.memoryUsage().arrayBuffers;
}
