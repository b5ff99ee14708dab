import type { DiffResult } from '@postgres-backuper/core';
import { expect, test } from 'vitest';
import { diffText } from './diff.ts';
import { WHOLE } from './whole-results.test-data.ts';

const [table] = WHOLE.diff.tables as DiffResult['tables'];
const nothingElse = { objects: [], extensions: [], roles: [], database: [] };
function textOf(...changes: readonly DiffResult['tables'][number]['change'][]): string {
  const tables = changes.map((change) => ({ ...table, change }) as DiffResult['tables'][number]);
  return diffText({ ...(WHOLE.diff as DiffResult), ...nothingElse, tables }, false);
}

test('tables of which it is not known whether they differ are counted apart', () => {
  expect(textOf('changed', 'same', 'unknown')).toMatch(/\n1 of 3 tables differ, of 1 it is not known\n$/);
  expect(textOf('unknown', 'same')).toMatch(/\n0 of 2 tables differ, of 1 it is not known\n$/);
  expect(textOf('new', 'same')).toMatch(/\n1 of 2 tables differ\n$/);
});
