import { expect, test } from 'vitest';
import { estimatedTextBytes } from './inventory.ts';

test('a table of one block counts as little text, a larger one as what lies on the disk', () => {
  const expected = (bytes: number) =>
    estimatedTextBytes({ schema: 'public', table: 'some', pages: 1, bytes, blockBytes: 8192 });
  expect([0, 8192, 16_384, 1e9].map(expected)).toEqual([0, 1024, 16_384, 1e9]);
});
