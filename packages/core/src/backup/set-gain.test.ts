import { DAY, HOUR, labelAt, NOON } from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import { gainProblem, gainText } from './set-gain.ts';

const MIB = 1024 ** 2;

function backup(startedAt: number, storedBytes: number, parent: string | null = null) {
  return { label: labelAt(startedAt), parent, startedAt, storedAt: startedAt, commit: { totals: { storedBytes } } };
}

/** Fulls of 100 MiB, each with a differential that stored this share of it; the last one began three hours ago. */
function tried(shares: readonly number[], fullBytes = 100 * MIB) {
  return shares.flatMap((share, index) => {
    const at = NOON - (shares.length - index) * 3 * HOUR;
    const full = backup(at - HOUR, fullBytes);
    return [full, backup(at, fullBytes * share, full.label)];
  });
}

function problem(backups: ReturnType<typeof tried>, now = NOON) {
  const full = backups.findLast(({ parent }) => parent === null) ?? { label: '' };
  return gainProblem(full, backups, { now, fullEveryMs: 7 * DAY });
}

test.each<[readonly number[], RegExp]>([
  [[], /^undefined$/],
  [[0.4], /^undefined$/],
  [[0.6], /^the last differential stored 60 % of 'backup_/],
  [[0.9, 0.9], /^the last differential stored 90 % of/],
  [[0.9, 0.95, 1], /save nothing here: the last three stored 90 %, 95 %, 100 % .* after 2026-04-12$/],
  [[0.6, 0.7, 0.6], /^the last differential stored 60 % of/],
  [[0.9, 0.1, 0.9, 0.9], /^the last differential stored 90 % of/],
  [[0.9, 0.1, 0.9, 0.9, 0.9], /save nothing here/],
])('after differentials that stored %j of their fulls', (shares, expected) => {
  expect(`${problem(tried(shares))}`).toMatch(expected);
});

test('after three that saved nothing, a newer full takes none until four ages of a full are over', () => {
  const backups = [...tried([0.9, 0.95, 1]), backup(NOON + 27 * DAY, 100 * MIB)];
  expect(problem(backups, NOON + 27 * DAY)).toContain('save nothing here');
  expect(problem(backups, NOON + 28 * DAY)).toBeUndefined();
});

test('what prune deleted is forgotten', () => {
  const backups = [...tried([0.9, 0.95, 1]).slice(1), backup(NOON, 100 * MIB)];
  expect(problem(backups)).toBeUndefined();
});

test('one that is dated in the future counts for nothing', () => {
  const full = backup(NOON - DAY, 100 * MIB);
  const future = { ...backup(NOON + 9 * DAY, 100 * MIB, full.label), storedAt: NOON };
  expect(problem([full, future])).toBeUndefined();
});

test('a small one is worth no full, whatever its share is', () => {
  expect(problem(tried([0.9, 0.9, 0.9], MIB))).toBeUndefined();
});

test('a differential that did not pay says in which tables', () => {
  const changedTables = [
    { schema: 'public', table: 'events', bytes: 1000, newBytes: 980 },
    { schema: 'public', table: 'orders', bytes: 1000, newBytes: 500 },
  ];
  const told = (storedBytes: number, tables = changedTables) => {
    const saving = { fullStoredBytes: 100 * MIB, newBytes: 1, changedTables: tables, sparedTables: [] };
    return gainText({ totals: { storedBytes, rawBytes: 0, segments: 0, tables: 0, rows: 0 }, saving });
  };
  expect(told(98 * MIB)).toBe(
    "this differential saves nothing here, it stored 98 % of its full: 98 % of 'public.events', 50 % of 'public.orders' changed; the next backup is a full",
  );
  expect(told(60 * MIB, [])).toBe(
    'this differential saves little here, it stored 60 % of its full; the next backup is a full',
  );
  expect(told(50 * MIB)).toBeUndefined();
});
