import { expect, test } from 'vitest';
import { planParts, tablesForWorkers } from './plan-parts.ts';

const bytesOf = (bytes: number): number => bytes;

test('the largest tables come first, each to the part that has least', () => {
  const parts = planParts([10, 90, 50, 40, 30], { count: 2, bytesOf });
  expect(parts).toEqual([
    [90, 30],
    [50, 40, 10],
  ]);
});

test('every table is in exactly one part, and with fewer tables than parts the last ones are empty', () => {
  expect(planParts([2, 1], { count: 4, bytesOf })).toEqual([[2], [1], [], []]);
  const tables = Array.from({ length: 500 }, (_, index) => index * 7);
  const parts = planParts(tables, { count: 7, bytesOf });
  expect(parts.flat().sort((a, b) => a - b)).toEqual(tables);
  const sizes = parts.map((part) => part.reduce((sum, bytes) => sum + bytes, 0));
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(7 * 500);
});

test('small tables stay with the holder, and of very many the largest go to workers', () => {
  expect(tablesForWorkers([1024, 256 * 1024, 1024 ** 3], bytesOf)).toEqual([1024 ** 3, 256 * 1024]);
  const many = Array.from({ length: 3000 }, (_, index) => 1024 ** 2 + index);
  expect(tablesForWorkers(many, bytesOf)).toHaveLength(2000);
});
