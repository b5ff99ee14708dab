import type { Catalog } from '@postgres-backuper/format';
import { expect, it } from 'vitest';
import { mapAclItem, mapCatalogRoles, unknownRoles } from './map-catalog-roles.ts';
import { DATABASE } from './target.test-data.ts';

const map = new Map([
  ['old', 'new "1"'],
  ['Other', 'other'],
]);
const named = (name: string) => map.get(name) ?? name;

it.each([
  ['old=CTc/old', '"new ""1"""=CTc/"new ""1"""'],
  ['=Tc/old', '=Tc/"new ""1"""'],
  ['"Other"=C*/stays', '"other"=C*/stays'],
  ['"a=b/""c"=c/"d e"', '"a=b/""c"=c/"d e"'],
  ['nonsense', 'nonsense'],
])('the grant %s becomes %s', (item, mapped) => {
  expect(mapAclItem(item, named)).toBe(mapped);
});

it('owner, grants and settings of the database name other roles', () => {
  const settings = [
    { role: null, values: ['a=1'] },
    { role: 'Other', values: ['b=old'] },
  ];
  const database = { ...DATABASE, owner: 'old', acl: ['old=c/old', '=c/old'], settings };
  const roles: Catalog['roles'] = [
    { name: 'old', uses: ['owner'] },
    { name: 'new "1"', uses: ['privileges', 'owner'] },
  ];
  expect(mapCatalogRoles({ database, roles }, map)).toMatchObject({
    database: {
      owner: 'new "1"',
      acl: ['"new ""1"""=c/"new ""1"""', '=c/"new ""1"""'],
      settings: [{ role: null }, { role: 'other', values: ['b=old'] }],
    },
    roles: [{ name: 'new "1"', uses: ['owner', 'privileges'] }],
  });
  expect(mapCatalogRoles({ database, roles }, new Map()).database).toBe(database);
});

it('a name that the backup does not have is found', () => {
  const settings = [{ role: 'Other', values: ['a=1'] }];
  expect(unknownRoles({ database: { ...DATABASE, owner: 'old', settings }, roles: [] }, map)).toEqual([]);
  expect(unknownRoles({ database: DATABASE, roles: [{ name: 'old', uses: ['policy'] }] }, map)).toEqual(['Other']);
});
