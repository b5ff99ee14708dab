import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LONGEST, longestFirst } from './longest-first.ts';

const root = join(import.meta.dirname, '../..');

test('the files that take longest are there', async () => {
  for (const path of LONGEST) await access(join(root, path));
});

test('they come first in their order, the others stay in theirs', () => {
  const paths = ['test/z.test.ts', LONGEST[1], 'test/a.test.ts', LONGEST[0]].map((path) => `/somewhere/${path}`);
  const sorted = longestFirst(paths.map((moduleId) => ({ moduleId }))).map(({ moduleId }) => moduleId);
  expect(sorted).toEqual([paths[3], paths[1], paths[0], paths[2]]);
});
