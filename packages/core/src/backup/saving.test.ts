import type { CatalogFile, CatalogTable, Commit, Extent } from '@postgres-backuper/format';
import { expect, test } from 'vitest';
import type { DumpedDatabase } from './dump-snapshot.ts';
import { savingOf } from './saving.ts';

const ROLE = { type: 'differential', parent: { totals: { storedBytes: 4000 } } as Commit };

function dumped(sizes: Readonly<Record<string, readonly Extent[]>>, role: unknown = ROLE) {
  const files = Object.entries(sizes).map(
    ([name, extents]) => ({ name: `${name}.dat`, extents }) as unknown as CatalogFile,
  );
  const tables = Object.entries(sizes).map(([table, extents]) => {
    const bytes = extents.reduce((sum, [, , length]) => sum + length, 0);
    return { schema: 'public', table, file: `${table}.dat`, bytes } as CatalogTable;
  });
  const contents = { tables, files: () => [...files, { name: 'toc.dat', extents: [[9, 0, 7]] }] };
  return { role, contents } as unknown as DumpedDatabase;
}

test('new are the bytes of the extents that are in no segment of the full', () => {
  const saving = savingOf(
    dumped({
      a: [
        [1, 0, 10, 1],
        [1, 512, 5],
        [2, 0, 85, 1],
      ],
      b: [[1, 600, 50]],
      c: [[3, 0, 20, 1]],
      empty: [],
    }),
  );
  const table = (name: string, bytes: number, newBytes: number) => ({ schema: 'public', table: name, bytes, newBytes });
  expect(saving).toEqual({
    ...{ fullStoredBytes: 4000, newBytes: 62 },
    changedTables: [table('b', 50, 50), table('a', 100, 5)],
    sparedTables: [table('a', 100, 5), table('c', 20, 0)],
  });
});

test('of many tables the first five are listed', () => {
  const many = Array.from({ length: 9 }, (_, at) => [`t${at}`, [[1, 0, 10 + at]]] as const);
  const { changedTables, sparedTables } = savingOf(dumped(Object.fromEntries(many) as never)) ?? {};
  expect(changedTables?.map(({ table }) => table)).toEqual(['t8', 't7', 't6', 't5', 't4']);
  expect(sparedTables).toEqual([]);
});

test('a full saves nothing', () => {
  expect(savingOf(dumped({ a: [[1, 0, 10]] }, { type: 'full' }))).toBeNull();
  expect(savingOf(dumped({ a: [[1, 0, 10]] }, null))).toBeNull();
});
