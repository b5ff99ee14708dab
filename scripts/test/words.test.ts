import { expect, test } from 'vitest';
import { readWords } from './words.ts';

const FILES = [
  { path: 'packages/core/src/prune.test.ts', text: "test('deletes nothing twice'" },
  { path: 'packages/core/src/pin.test.ts', text: "test('is kept'" },
  { path: 'test/storage/minio.test.ts', text: "test('a put is cancelled (in time)'" },
];

test('a word that a path holds chooses files; servers are needed only for those below test', () => {
  expect(readWords(['Prune', './packages/core/src/pin.test.ts'], FILES)).toEqual({
    args: ['Prune', './packages/core/src/pin.test.ts'],
    isOfUnits: true,
  });
  expect(readWords(['mini'], FILES)).toEqual({ args: ['mini'], isOfUnits: false });
});

test('a word that no path holds is a part of the name of a test, in the files that hold it', () => {
  expect(readWords(['is cancelled (in'], FILES)).toEqual({
    args: ['test/storage/minio.test.ts', '--testNamePattern', 'is cancelled \\(in'],
    isOfUnits: false,
  });
  expect(readWords(['core', 'kept', 'twice'], FILES)).toEqual({
    args: ['packages/core/src/prune.test.ts', 'packages/core/src/pin.test.ts', '--testNamePattern', 'kept|twice'],
    isOfUnits: true,
  });
});

test('a name that no file holds as it is may be put together: it is looked for in all', () => {
  const asked = { args: ['storage', '--testNamePattern', 'of PostgreSQL 18'], isOfUnits: false };
  expect(readWords(['storage', 'of PostgreSQL 18'], FILES)).toEqual(asked);
});

test('without words, or with options of vitest, nothing is changed', () => {
  for (const args of [[], ['--project', 'services', 'test/scale']])
    expect(readWords(args, FILES)).toEqual({ args, isOfUnits: false });
});
