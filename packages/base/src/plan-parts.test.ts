import { expect, test } from 'vitest';
import { planParts, slicesFor, tablesForWorkers } from './plan-parts.ts';

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

test('a table is cut so that no slice has more than half of a part, and not below 16 MiB', () => {
  const [MiB, count] = [1024 ** 2, 4];
  const slices = (bytes: number, totalBytes: number) => slicesFor(bytes * MiB, { count, totalBytes: totalBytes * MiB });
  expect([slices(8000, 8000), slices(1000, 8000), slices(1001, 8000), slices(2400, 8000)]).toEqual([8, 1, 2, 3]);
  expect([slices(16, 16), slices(17, 17), slices(120, 120)]).toEqual([1, 2, 8]);
  expect(slicesFor(8000 * MiB, { count: 1, totalBytes: 8000 * MiB })).toBe(1);
  expect(slicesFor(0, { count: 2, totalBytes: 0 })).toBe(1);
});

test('with slices parts are about equal where whole tables would not be', () => {
  const tables = [700, 700, 700, 700, 200].map((bytes) => bytes * 1024 ** 2);
  const totalBytes = tables.reduce((sum, bytes) => sum + bytes, 0);
  const units = tables.flatMap((bytes) => {
    const slices = slicesFor(bytes, { count: 3, totalBytes });
    return Array.from({ length: slices }, () => bytes / slices);
  });
  const sizes = planParts(units, { count: 3, bytesOf }).map((part) => part.reduce((sum, bytes) => sum + bytes, 0));
  expect(Math.max(...sizes)).toBeLessThan((1.2 * totalBytes) / 3);
});
