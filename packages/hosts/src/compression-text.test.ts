import { expect, test } from 'vitest';
import { compressionText } from './compression-text.ts';

const text = (asked: string, ...levels: readonly (readonly [level: number, segments: number])[]) =>
  compressionText({ compression: { asked, levels: levels.map(([level, segments]) => ({ level, segments })) } });

test('the default says nothing, nor does a backup without segments', () => {
  expect(text('zstd:1', [1, 50])).toBeUndefined();
  expect(text('auto')).toBeUndefined();
});

test("a level of one's own is said as it was asked for", () => {
  expect(text('zstd:9', [9, 50])).toBe('zstd:9');
});

test('auto says its levels, the most used first', () => {
  expect(text('auto', [1, 5], [6, 4], [10, 41])).toBe('auto: 41 segments at level 10, 5 at level 1, 4 at level 6');
  expect(text('auto', [1, 1])).toBe('auto: 1 segment at level 1');
});
