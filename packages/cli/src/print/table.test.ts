import { expect, test } from 'vitest';
import { tableText } from './table.ts';

const COLUMNS = [
  { title: 'name' },
  { title: 'size', right: true, spare: 1 },
  { title: 'kind', spare: 2 },
  { title: 'why' },
] as const;
const ROWS = [
  ['a', '10', 'full', 'it is the newest of its day'],
  ['bb', '7', 'full', '\x1b[33mnow of another server\x1b[39m'],
];

test('without a width nothing is cut', () => {
  expect(tableText(COLUMNS, ROWS).split('\n').slice(0, 2)).toEqual([
    'name  size  kind  why',
    'a       10  full  it is the newest of its day',
  ]);
});

test.each([
  [30, ['name  size  kind  why', 'a       10  full  it is the n…']],
  [29, ['name  size  why', 'a       10  it is the newest…']],
  [20, ['name  why', 'a     it is the new…']],
  [3, ['name  why', 'a     it is the n…']],
])('in %i characters columns are left out, then the last one is cut', (width, lines) => {
  expect(tableText(COLUMNS, ROWS, width).split('\n').slice(0, 2)).toEqual(lines);
});

test('a colour ends where its text is cut', () => {
  expect(tableText(COLUMNS, ROWS, 20).split('\n')[2]).toBe('bb    \x1b[33mnow of anothe\x1b[39m…');
});
