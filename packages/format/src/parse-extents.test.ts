import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Extent } from './catalog-document.ts';
import { type createExtents, isPacked } from './extents.ts';
import { parseWithExtents } from './parse-extents.ts';

/** Long enough that lists are packed. */
const LONG = 'x'.repeat(70_000);
const parse = (text: string): unknown => parseWithExtents(Buffer.from(text));

const extent = fc
  .tuple(fc.nat(2 ** 31 - 1), fc.nat(2 ** 31 - 1), fc.nat(2 ** 31 - 1), fc.boolean())
  .map(
    ([segment, offset, length, inParent]): Extent =>
      inParent ? [segment, offset, length, 1] : [segment, offset, length],
  );

test('lists of extents are packed wherever they are, and everything else is as JSON.parse makes it', () => {
  const lists = fc.array(fc.array(extent, { minLength: 1 }), { maxLength: 4 });
  fc.assert(
    fc.property(lists, fc.jsonValue(), (all, other) => {
      const document = { other, [LONG]: 'é "extents":[[1,2,3]]', slices: all.map((extents) => ({ extents, size: 1 })) };
      const read = parse(JSON.stringify(document)) as typeof document;
      for (const { extents } of read.slices) expect(isPacked(extents)).toBe(true);
      expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(JSON.stringify(document)));
    }),
  );
});

test('a short text is parsed as it is', () => {
  expect(parse('{"extents":[[1,2,3]]}')).toEqual({ extents: [[1, 2, 3]] });
});

test.each([
  '[[1,2]]',
  '[[1,2,3,1,5]]',
  '[[1,2,3,2]]',
  '[[1, 2,3]]',
  '[[1,2,3], [4,5,6]]',
  '[[1.5,2,3]]',
  '[[1e3,2,3]]',
  '[[-1,2,3]]',
  '[[1,2,2147483648]]',
  '[[1,2,12345678901234567]]',
  '[[1,2,3],["4",5,6]]',
  '[[1,2,3],null]',
])('%s, which we do not write, is as JSON.parse makes it', (list) => {
  const text = `{"a":"${LONG}","extents":${list}}`;
  expect(parse(text)).toEqual(JSON.parse(text));
});

test.each(['[[1,2,3]', '[[1,2,3],]', '[[1,2,3,]]', '[[01,2,3]]', '[[,2,3]]', '[[1,2,3]]]', '[[1,2'])(
  '%s is refused as JSON.parse refuses it',
  (list) => {
    expect(() => parse(`{"a":"${LONG}","extents":${list}}`)).toThrow();
    expect(() => parse(`{"a":"${LONG}","extents":[[4,5,6]],"b":{"extents":${list}}}`)).toThrow();
  },
);

test('a list that is written into the text of another field stays a text', () => {
  const text = JSON.stringify({ a: LONG, b: '"extents":[[1,2,3]]', extents: [[1, 2, 3]] });
  expect(parse(text)).toEqual({ a: LONG, b: '"extents":[[1,2,3]]', extents: expect.anything() });
  expect([...(parse(text) as { extents: ReturnType<typeof createExtents> }).extents]).toEqual([[1, 2, 3]]);
});
