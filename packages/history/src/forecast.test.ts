import { expect, test } from 'vitest';
import { forecastOf } from './forecast.ts';
import { NOW, sampleBackup, sampleName } from './samples.test-data.ts';

const DAY_MS = 86_400_000;
const totals = (storedBytes: number) => ({ tables: 1, segments: 1, rows: 1, rawBytes: 4 * storedBytes, storedBytes });
/** One backup a day; `bytesOf` its age in days. */
const daily = (days: number, bytesOf: (age: number) => number) =>
  sampleName('shop', {
    backups: Array.from({ length: days }, (_, index) => days - 1 - index).map((age) =>
      sampleBackup(age * 4, { totals: totals(bytesOf(age)) }),
    ),
  });
const forecast = (name: ReturnType<typeof sampleName>, freeBytes: number) =>
  forecastOf([name], { now: NOW, retention: { keepDays: 30, keepMinimum: 3 }, usage: { freeBytes, totalBytes: 1e6 } });

test('a name that does not grow keeps its bytes once the retention is full', () => {
  const { points, fullAt, usedBytes } = forecast(
    daily(30, () => 1000),
    5000,
  );
  expect(usedBytes).toBe(30_000);
  expect(points.every((point) => Math.abs(point.usedBytes - 30_000) <= 1000)).toBe(true);
  expect(fullAt).toBeUndefined();
});

test('a young name fills up until its retention begins to delete', () => {
  const { points, fullAt } = forecast(
    daily(5, () => 1000),
    10_000,
  );
  expect(points.at(-1)?.usedBytes).toBeLessThanOrEqual(31_000);
  const days = ((fullAt ?? 0) - NOW) / DAY_MS;
  expect(days).toBeGreaterThan(8);
  expect(days).toBeLessThan(12);
});

test('a name that grows fills the disk, and an empty one does not', () => {
  const grown = forecast(
    daily(30, (age) => 10_000 - age * 100),
    50_000,
  );
  expect(grown.fullAt).toBeGreaterThan(NOW);
  expect(grown.points.at(-1)?.usedBytes).toBeGreaterThan(grown.usedBytes);
  expect(forecast(sampleName('new', { backups: [] }), 1).fullAt).toBeUndefined();
});

test('two backups of one hour are no trend, and no backup every hour', () => {
  const made = [0.16, 0.01].map((age) => sampleBackup(age, { totals: totals(age > 0.1 ? 1000 : 9000) }));
  const { fullAt, points } = forecast(sampleName('new', { backups: made }), 400_000);
  expect(fullAt).toBeUndefined();
  expect(points.at(-1)?.usedBytes).toBeLessThan(31 * 9000);
});

test('hourly backups grow by their days, not by their last hours', () => {
  const hourly = Array.from({ length: 24 * 20 }, (_, index) => {
    const hours = 24 * 20 - 1 - index;
    return sampleBackup(hours / 6, { totals: totals(10_000 - hours * 10) });
  });
  const { points, usedBytes } = forecast(sampleName('shop', { backups: hourly }), 1e9);
  expect(points.at(-1)?.usedBytes).toBeGreaterThan(5 * usedBytes);
});

test('pinned backups stay', () => {
  const pinned = daily(30, () => 1000).backups.map((backup) => ({ ...backup, pinned: true }));
  const { points } = forecast(sampleName('shop', { backups: pinned }), 0);
  expect(points.at(-1)?.usedBytes).toBeGreaterThanOrEqual(58_000);
});

test('a name with a full a week goes on so, and keeps each full as long as its differentials', () => {
  const backups = Array.from({ length: 28 }, (_, index) => {
    const inSet = index % 7;
    const full = sampleBackup((27 - index + inSet) * 4).label;
    const bytes = totals(inSet === 0 ? 1000 : 10);
    return sampleBackup((27 - index) * 4, { parent: inSet === 0 ? null : full, totals: bytes });
  });
  const { points } = forecast(sampleName('shop', { backups }), 1e6);
  const sizes = points.slice(1).map(({ usedBytes }) => usedBytes);
  expect(Math.max(...sizes)).toBeLessThan(6500);
  expect(Math.min(...sizes)).toBeGreaterThan(5000);
});
