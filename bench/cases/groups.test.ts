import { expect, test } from 'vitest';
import { GROUPS, selectGroups } from './groups.ts';

const names = (groups: ReturnType<typeof selectGroups>) => groups.map(({ cases }) => cases.map(({ name }) => name));

test('no two groups or cases have the same name, and each reference is a case of its group', () => {
  const all = GROUPS.flatMap((group) => [group.name, ...group.cases.map(({ name }) => name)]);
  expect(all.toSorted()).toEqual([...new Set(all)].toSorted());
  for (const { cases, reference } of GROUPS) expect(cases.map(({ name }) => name)).toContain(reference);
});

test('what takes long runs only when it is named', () => {
  expect(selectGroups([]).some(({ isLong }) => isLong)).toBe(false);
  expect(names(selectGroups(['tables-100000']))).toEqual([['directory-100000', 'ours-100000']]);
});

test('a named case brings the reference of its group', () => {
  expect(names(selectGroups(['ours-s3', 'version']))).toEqual([
    ['copy', 'ours-s3'],
    ['pg-dump-small', 'version'],
  ]);
});

test('a name that nothing has is an error', () => {
  expect(() => selectGroups(['ours', 'theirs'])).toThrow("no case 'theirs'");
});
