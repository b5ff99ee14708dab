import { describe, expect, it } from 'vitest';
import { type BlockRange, createBlockRanges } from './block-ranges.ts';

/** All ranges of a table whose blocks have `textOf` bytes each. */
function walk(
  blocks: number,
  textOf: (block: number) => number,
  within?: BlockRange,
): (BlockRange & { text: number })[] {
  const ranges = createBlockRanges({ blocks, textBytes: 100_000, within });
  const seen: (BlockRange & { text: number })[] = [];
  for (let range = ranges.next(); range !== undefined; range = ranges.next()) {
    let text = 0;
    for (let block = range.from; block < (range.to ?? blocks); block += 1) text += textOf(block);
    ranges.learn(range, text);
    seen.push({ ...range, text });
  }
  return seen;
}

describe('ranges of blocks', () => {
  it('cover every block once, in order, and the last has no end', () => {
    const seen = walk(5000, () => 8000);
    expect(seen[0]?.from).toBe(0);
    for (const [index, range] of seen.entries()) expect(range.to).toBe(seen[index + 1]?.from);
    expect(seen.at(-1)?.to).toBeUndefined();
  });

  it.each([
    [1, 4_000_000],
    [8000, 4000],
    [90_000, 1000],
  ])('come to have about the text that was asked for: %i bytes a block', (text, blocks) => {
    const texts = walk(blocks, () => text)
      .slice(12, -1)
      .map((range) => range.text);
    expect(texts.length).toBeGreaterThan(10);
    expect(Math.min(...texts)).toBeGreaterThan(50_000);
    expect(Math.max(...texts)).toBeLessThan(200_000);
  });

  it('grow over blocks without rows, and never past a bound', () => {
    const seen = walk(2_000_000, () => 0);
    expect(seen.length).toBeLessThan(40);
    for (const { from, to } of seen) if (to !== undefined) expect(to - from).toBeLessThanOrEqual(131_072);
  });

  it.each([
    { from: 0, to: 1 },
    { from: 300, to: 1700 },
    { from: 4000, to: 5000 },
    { from: 4999, to: undefined },
    { from: 5000, to: undefined },
  ])('cover a slice once and nothing else: %j', (within) => {
    const seen = walk(5000, () => 8000, within);
    expect(seen[0]?.from).toBe(within.from);
    for (const [index, range] of seen.slice(0, -1).entries()) expect(range.to).toBe(seen[index + 1]?.from);
    expect(seen.at(-1)?.to).toBe(within.to);
  });

  it('are one without an end for a table without blocks', () => {
    expect(walk(0, () => 0)).toEqual([{ from: 0, to: undefined, text: 0 }]);
  });
});
