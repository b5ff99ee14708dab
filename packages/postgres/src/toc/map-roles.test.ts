import { expect, it } from 'vitest';
import { mapEntryRoles, rolesNamedBy } from './map-roles.ts';

const roles = new Map([
  ['old', 'new "1"'],
  ['Other', 'other'],
]);
const mapped = (description: string, definition: string, owner = 'old') =>
  mapEntryRoles({ description, definition, owner, tag: 't' }, roles);

it('the owner of any entry is another one, its text stays', () => {
  const definition = `CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'GRANT x TO old';`;
  expect(mapped('FUNCTION', definition)).toEqual({ description: 'FUNCTION', tag: 't', definition, owner: 'new "1"' });
  expect(mapped('TABLE', 'CREATE TABLE old (i int);', 'stays')).toMatchObject({ owner: 'stays' });
});

it.each([
  [
    'ACL',
    'REVOKE ALL ON TABLE public.old FROM old;\nGRANT SELECT(old) ON TABLE public.old TO old WITH GRANT OPTION;',
    'REVOKE ALL ON TABLE public.old FROM "new ""1""";\nGRANT SELECT(old) ON TABLE public.old TO "new ""1""" WITH GRANT OPTION;',
  ],
  [
    'ACL',
    'SET SESSION AUTHORIZATION "Other";\nGRANT ALL ON FUNCTION f("to" old) TO PUBLIC;\nRESET SESSION AUTHORIZATION;',
    'SET SESSION AUTHORIZATION "other";\nGRANT ALL ON FUNCTION f("to" old) TO PUBLIC;\nRESET SESSION AUTHORIZATION;',
  ],
  [
    'DEFAULT ACL',
    'ALTER DEFAULT PRIVILEGES FOR ROLE old IN SCHEMA old GRANT SELECT ON TABLES TO "Other";',
    'ALTER DEFAULT PRIVILEGES FOR ROLE "new ""1""" IN SCHEMA old GRANT SELECT ON TABLES TO "other";',
  ],
  [
    'POLICY',
    `CREATE POLICY old ON t FOR SELECT TO a, old, "Other" USING ((owner = 'old'::text) AND (x IN (SELECT a FROM old)));`,
    `CREATE POLICY old ON t FOR SELECT TO a, "new ""1""", "other" USING ((owner = 'old'::text) AND (x IN (SELECT a FROM old)));`,
  ],
  [
    'USER MAPPING',
    `CREATE USER MAPPING FOR old SERVER old OPTIONS (\n    "user" 'old'\n);`,
    `CREATE USER MAPPING FOR "new ""1""" SERVER old OPTIONS (\n    "user" 'old'\n);`,
  ],
])('%s names other roles and nothing else differs', (description, before, after) => {
  expect(mapped(description, before).definition).toBe(after);
  expect(mapEntryRoles({ description, definition: before, owner: '' }, new Map()).definition).toBe(before);
});

it('two roles can change places', () => {
  const swap = new Map([
    ['a', 'b'],
    ['b', 'a'],
  ]);
  const entry = {
    description: 'ACL',
    owner: 'a',
    definition: 'GRANT SELECT ON TABLE t TO a;\nGRANT ALL ON TABLE t TO b;',
  };
  expect(mapEntryRoles(entry, swap)).toMatchObject({
    owner: 'b',
    definition: 'GRANT SELECT ON TABLE t TO "b";\nGRANT ALL ON TABLE t TO "a";',
  });
});

it('PUBLIC is no role, but "public" would be one', () => {
  expect(rolesNamedBy({ description: 'ACL', definition: 'GRANT ALL ON TABLE t TO PUBLIC, a, "B";' })).toEqual([
    'a',
    'B',
  ]);
});
