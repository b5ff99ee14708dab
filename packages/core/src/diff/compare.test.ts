import type { Toc, TocEntry } from '@postgres-backuper/postgres';
import { expect, test } from 'vitest';
import { sampleCatalog } from '../../../format/src/samples.test-data.ts';
import { compareObjects } from './compare-objects.ts';
import { compareDatabase, compareExtensions, compareRoles } from './compare-properties.ts';
import { compareTables } from './compare-tables.ts';

const [TABLE] = sampleCatalog().tables as readonly [ReturnType<typeof sampleCatalog>['tables'][number]];
const withTable = (changes: Partial<typeof TABLE>) => sampleCatalog({ tables: [{ ...TABLE, ...changes }] });

test.each([
  ['same', {}],
  ['changed', { sha256: '3'.repeat(64) }],
  ['changed', { copyStatement: 'COPY public."tä""ble" (b) FROM stdin;\n' }],
] as const)('a table is %s with %j', (change, changes) => {
  const [compared] = compareTables(withTable({}), withTable(changes));
  expect(compared).toMatchObject({ change, before: { rows: 3, bytes: 27 }, after: { rows: 3 } });
  expect(compared?.newColumns).toEqual('copyStatement' in changes ? ['b'] : []);
  expect(compared?.goneColumns).toEqual('copyStatement' in changes ? ['a'] : []);
});

test('a table in slices is the same or changed where they have the same sizes, and else not known', () => {
  const rows = { schema: 'public', rows: 3, bytes: 27 };
  const { sha256: _, ...facts } = { sha256: '', ...TABLE };
  const [first, last, other] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
  const inSlices = (...slices: readonly [number, string][]) =>
    sampleCatalog({
      tables: [{ ...facts, ...rows, slices: slices.map(([bytes, sha256]) => ({ rows: 1, bytes, sha256 })) }],
    });
  const change = (after: ReturnType<typeof sampleCatalog>, before = inSlices([10, first], [17, last])) =>
    compareTables(before, after)[0]?.change;
  expect(change(inSlices([10, first], [17, last]))).toBe('same');
  expect(change(inSlices([10, first], [17, other]))).toBe('changed');
  expect(change(inSlices([11, first], [16, last]))).toBe('unknown');
  expect(change(inSlices([10, first], [17, last]), withTable({}))).toBe('unknown');
  expect(change(inSlices([10, first], [17, last]), withTable({ rows: 4 }))).toBe('changed');
});

test('a table is new or gone by its whole name', () => {
  const compared = compareTables(withTable({}), withTable({ schema: 'other' }));
  expect(compared.map(({ schema, change }) => [schema, change])).toEqual([
    ['other', 'new'],
    ['public', 'gone'],
  ]);
});

test('a table of two encodings is one', () => {
  const dump = { ...sampleCatalog().dump, encoding: 'LATIN1' };
  const latin1 = { ...withTable({ table: 't\udce4"ble' }), dump };
  expect(compareTables(withTable({}), latin1)).toHaveLength(1);
});

const entry = (description: string, tag: string, changes: Partial<TocEntry> = {}) =>
  ({ description, tag, schema: 'public', owner: 'o', definition: `CREATE ${tag}`, ...changes }) as TocEntry;
const tocOf = (...entries: readonly TocEntry[]) => ({ toc: { entries } as unknown as Toc, encoding: 'UTF8' });

test('objects are new, gone, or changed in definition or owner; contents are no objects', () => {
  const before = tocOf(
    ...[entry('VIEW', 'a'), entry('VIEW', 'b'), entry('VIEW', 'c'), entry('VIEW', 'gone')],
    ...[entry('TABLE DATA', 't'), entry('SEQUENCE SET', 's', { definition: 'SELECT 1' })],
  );
  const after = tocOf(
    ...[entry('VIEW', 'a'), entry('VIEW', 'b', { owner: 'p' }), entry('VIEW', 'c', { definition: 'CREATE x' })],
    ...[entry('INDEX', 'a'), entry('SEQUENCE SET', 's', { definition: 'SELECT 2' })],
  );
  expect(compareObjects(before, after).map(({ kind, name, change }) => `${change} ${kind} ${name}`)).toEqual([
    'new INDEX a',
    'changed VIEW b',
    'changed VIEW c',
    'gone VIEW gone',
  ]);
});

test('objects of the same kind and name count as one', () => {
  const [one, two] = [entry('OPERATOR', '+', { definition: '1' }), entry('OPERATOR', '+', { definition: '2' })];
  expect(compareObjects(tocOf(one, two), tocOf(one, two))).toEqual([]);
  expect(compareObjects(tocOf(one, two), tocOf(one))).toMatchObject([{ name: '+', change: 'changed' }]);
});

test('extensions, roles and properties that differ are named', () => {
  const before = sampleCatalog();
  const after = sampleCatalog({
    extensions: [
      { name: 'plpgsql', version: '2.0' },
      { name: 'postgis', version: '3.4' },
    ],
    roles: [{ name: 'new', uses: [] }],
    database: { ...before.database, comment: null, encoding: 'LATIN1' },
  });
  expect(compareExtensions(before, after)).toEqual([
    { name: 'plpgsql', change: 'changed', before: '1.0', after: '2.0' },
    { name: 'postgis', change: 'new', before: null, after: '3.4' },
  ]);
  expect(compareRoles(before, after)).toEqual([
    { name: 'new', change: 'new' },
    { name: 'o"wner', change: 'gone' },
  ]);
  expect(compareDatabase(before, after)).toEqual(['encoding', 'comment']);
  expect([compareExtensions(before, before), compareRoles(before, before), compareDatabase(before, before)]).toEqual([
    [],
    [],
    [],
  ]);
});
