import { describe, expect, it } from 'vitest';
import { addRows, countRows, NO_ROWS, sameRows } from './row-multiset.ts';

const count = (text: string, cut = 3) =>
  countRows(
    (async function* () {
      for (let at = 0; at < text.length; at += cut) yield Buffer.from(text.slice(at, at + cut));
    })(),
  );

describe('row multisets', () => {
  it('are the same in any order, cut anywhere', async () => {
    expect(sameRows(await count('a\nbb\n\nccc\n', 1), await count('ccc\n\na\nbb\n', 4))).toBe(true);
  });

  it('differ when a row differs, is missing, is there twice or moves a character to its neighbour', async () => {
    const all = await count('a\nb\n');
    for (const other of ['a\nc\n', 'a\n', 'a\nb\nb\n', 'ab\n\n', 'a\na\n']) {
      expect(sameRows(all, await count(other)), other).toBe(false);
    }
  });

  it('add up', async () => {
    const sum = addRows(addRows(NO_ROWS, await count('a\nb\n')), await count('b\n'));
    expect(sameRows(sum, await count('b\nb\na\n'))).toBe(true);
    expect(sum.rows).toBe(3);
  });
});
