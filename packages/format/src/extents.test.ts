import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Extent } from './catalog-document.ts';
import { createExtents, isPacked, pack } from './extents.ts';

const word = fc.nat({ max: 2 ** 32 - 1 });
const segment = fc.nat({ max: 2 ** 21 });
const extent: fc.Arbitrary<Extent> = fc.oneof(
  fc.tuple(segment, word, word),
  fc.tuple(segment, word, word, fc.constant(1 as const)),
);

test('extents come back as they were added', () => {
  fc.assert(
    fc.property(fc.array(extent, { maxLength: 10_000 }), (all) => {
      const packed = createExtents(all);
      expect(packed).toHaveLength(all.length);
      expect([...packed]).toEqual(all);
      expect([packed.at(0), packed.at(all.length - 1), packed.at(all.length)]).toEqual([all[0], all.at(-1), undefined]);
      expect(JSON.parse(JSON.stringify(packed))).toEqual(all);
    }),
    { numRuns: 20 },
  );
});

test.each([[[2 ** 31, 0, 1]], [[0, 2 ** 32, 1]], [[0, 0, 2 ** 32]], [[0, -1, 1]]])(
  '%j is refused, not cut',
  (wrong) => {
    expect(() => createExtents([wrong as unknown as Extent])).toThrow(RangeError);
  },
);

test('few extents stay an array, many take 13 bytes each at most', () => {
  const few: readonly Extent[] = [[0, 512, 10]];
  expect(pack(few)).toBe(few);
  const many = Array.from({ length: 100_000 }, (_, number): Extent => [number, 512, 10]);
  const before = process.memoryUsage().arrayBuffers;
  const packed = pack(many);
  expect((process.memoryUsage().arrayBuffers - before) / many.length).toBeLessThan(13);
  expect(isPacked(packed)).toBe(true);
  expect(packed.at(99_999)).toEqual([99_999, 512, 10]);
});
