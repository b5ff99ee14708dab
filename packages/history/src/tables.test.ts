import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type TableFigures, tableAnomalies } from './tables.ts';

const LIMITS = { shrink: 0.5, slower: 3, unchanged: 7 };
const table = (name: string, rows: number): TableFigures => ({ schema: 'public', table: name, rows, bytes: rows * 10 });

test('a table that is gone, empty or lost half of its rows is named, the largest first', () => {
  const before = [table('a', 1000), table('b', 5000), table('c', 4000), table('d', 3000), table('small', 9)];
  const newest = [table('b', 0), table('c', 1999), table('d', 1500), table('new', 1e6)];
  expect(tableAnomalies({ newest, before: [before] }, LIMITS)).toEqual([
    { kind: 'table-empty', text: "the table 'public.b' is empty, it had 5,000 rows" },
    { kind: 'table-smaller', text: "the table 'public.c' has 1,999 rows, it had 4,000 rows" },
    { kind: 'table-gone', text: "the table 'public.a' is gone, it had 1,000 rows" },
  ]);
  expect(tableAnomalies({ newest, before: [before] }, { ...LIMITS, shrink: 0 })).toEqual([]);
});

test('tables that keep or gain rows are never unusual, nor are new ones', () => {
  const rows = fc.dictionary(fc.string(), fc.tuple(fc.nat(1e6), fc.nat(1e6)));
  fc.assert(
    fc.property(rows, fc.array(fc.string()), (all, names) => {
      const before = Object.entries(all).map(([name, [had]]) => table(name, had));
      const newest = Object.entries(all).map(([name, [had, more]]) => table(name, had + more));
      const others = names.filter((name) => !Object.hasOwn(all, name)).map((name) => table(name, 0));
      expect(tableAnomalies({ newest: [...newest, ...others], before: [before] }, LIMITS)).toEqual([]);
    }),
  );
});
