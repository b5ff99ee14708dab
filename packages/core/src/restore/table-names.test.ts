import { expect, test } from 'vitest';
import { sampleCatalog } from '../../../format/src/samples.test-data.ts';
import { namedBy, unknownTable } from './table-names.ts';

const named = (schema: string, table: string) => ({ schema, table });
const ALL = [named('public', 'orders'), named('old', 'orders'), named('Odd "x"', 'a.b'), named('s', 'gr\udcf6\udcdfe')];
const found = (wanted: string, encoding = 'UTF8') =>
  namedBy(wanted, ALL, encoding).map(({ schema, table }) => `${schema}/${table}`);

test.each([
  ['public.orders', ['public/orders']],
  ['orders', ['public/orders', 'old/orders']],
  ['"public"."orders"', ['public/orders']],
  ['Odd "x".a.b', ['Odd "x"/a.b']],
  ['"Odd ""x"""."a.b"', ['Odd "x"/a.b']],
  ['s.gr\\xf6\\xdfe', ['s/gr\udcf6\udcdfe']],
  ['s.größe', []],
  ['Orders', []],
])('%s names %j', (wanted, names) => {
  expect(found(wanted)).toEqual(names);
});

test('a name of another encoding is found as it is read', () => {
  expect(found('s.größe', 'LATIN1')).toEqual(['s/gr\udcf6\udcdfe']);
});

test('another table of the same name in no schema hides the one with that schema', () => {
  const all = [named('a', 'b'), named('x', 'a.b')];
  expect(namedBy('a.b', all, 'UTF8')).toEqual([all[0]]);
});

test.each([
  ['public.ordres', "did you mean 'public.orders'?"],
  ['ORDERS', "did you mean 'public.orders'?"],
  ['ordres', "did you mean 'public.orders'?"],
  ['something else', /^name tables as schema\.table/],
])('for %s the nearest table is named', (wanted, hint) => {
  const error = unknownTable(wanted, sampleCatalog(), ALL);
  expect(error).toMatchObject({ code: 'selection-empty', message: expect.stringContaining(`'${wanted}'`) });
  expect(error.hint).toMatch(hint);
});
