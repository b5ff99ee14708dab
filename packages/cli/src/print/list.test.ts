import type { ListedBackup, ListResult } from '@postgres-backuper/core';
import { expect, test } from 'vitest';
import { listText } from './list.ts';
import { WHOLE } from './whole-results.test-data.ts';

const DIFFERENTIAL = WHOLE.list.repositories[0]?.backups[0] as ListedBackup;
const FULL: ListedBackup = {
  ...DIFFERENTIAL,
  ...{ label: 'backup_20260315_120000_ab12cd', type: 'full', parent: null, savedShare: null, fullProblem: null },
  ...{
    newSource: null,
    warnings: 0,
    exclusions: 0,
    retention: { action: 'keep', reasons: ['kept for 1 differential'] },
  },
};
const OF_FULL: ListedBackup = {
  ...FULL,
  ...{ label: 'backup_20260316_120000_ef3456', type: 'differential', parent: FULL.label, savedShare: 0.9876 },
  retention: { action: 'keep', reasons: ['younger than 30 days'] },
};

/** Titles and rows without what is beside the label and the columns of sets. */
function table(backups: readonly ListedBackup[], width?: number): readonly string[] {
  const result: ListResult = { location: '/r', originChecked: true, backups, damaged: [] };
  return listText(result, { colours: false, width, timeZone: 'UTC' })
    .split('\n')
    .slice(0, backups.length + 1);
}

test('a list of fulls says nothing of sets', () => {
  expect(table([FULL])[0]).not.toMatch(/type|saved/);
});

test('a differential shows its full and what it saved', () => {
  const [titles, first, second] = table([OF_FULL, FULL]);
  expect(titles).toMatch(/^label +type +of +database .*stored +saved /);
  expect(first).toMatch(
    /^backup_20260316_120000_ef3456 +diff\. +20260315_120000_ab12cd .* 98 % .*younger than 30 days$/,
  );
  expect(second).toMatch(/^backup_20260315_120000_ab12cd +full .* kept for 1 differential$/);
});

test('in a narrow terminal the type stays', () => {
  const [titles, first] = table([OF_FULL, FULL], 80);
  expect(titles).toMatch(/^label +type +age +verified +kept because$/);
  expect(first?.length).toBeLessThanOrEqual(80);
});

test('what cannot be restored says so first', () => {
  const fullProblem = `its full '${FULL.label}' is missing`;
  expect(table([{ ...OF_FULL, fullProblem }])[1]).toMatch(
    /cannot be restored: its full '\S+' is missing; note: before 2.0; younger than/,
  );
});
