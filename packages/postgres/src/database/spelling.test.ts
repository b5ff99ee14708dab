import { expect, it } from 'vitest';
import { misspelling, nameMeant } from './spelling.ts';

it.each([
  ['orders', 'orders', 0],
  ['Orders', 'orders', 0],
  ['odrers', 'orders', 2],
  ['order', 'orders', 1],
  ['', 'abc', 3],
])('%s and %s differ in %i letters', (a, b, letters) => {
  expect(misspelling(a, b)).toBe(letters);
});

it.each([
  ['sales.orders', 'orders'],
  ['"My.Sales"."Or""ders"', 'Or"ders'],
  ['sales.order*', undefined],
  ['(a|b)', undefined],
])('the pattern %s means the name %s', (pattern, name) => {
  expect(nameMeant(pattern)).toBe(name);
});
