import type { GlobalRole } from '@postgres-backuper/postgres';
import { expect, it } from 'vitest';
import { chooseRoles } from './choose-roles.ts';

const role = (name: string, given: Partial<GlobalRole> = {}): GlobalRole => ({
  ...{ name, login: true, inherit: true, connectionLimit: -1, password: `md5${'0'.repeat(32)}`, validUntil: undefined },
  ...{ powers: [], memberOf: [], ...given },
});
const choose = (names: readonly string[], globals: readonly GlobalRole[], given: object = {}) =>
  chooseRoles({ names, globals, map: new Map(), passwords: false, ...given });

it('a role cannot log in and has no password, unless that is asked for', () => {
  expect(choose(['a'], [role('a')]).roles).toMatchObject([{ name: 'a', login: false, password: undefined }]);
  expect(choose(['a'], [role('a')], { passwords: true }).roles).toMatchObject(
    [{ login: true, password: /md5/ }].map(() => ({ login: true, password: expect.stringMatching(/^md5/) })),
  );
  const plain = choose(['a'], [role('a', { password: 'secret' })], { passwords: true });
  expect(plain.roles).toMatchObject([{ password: undefined }]);
});

it('nobody becomes a superuser, which is said', () => {
  const { lacks } = choose(['a'], [role('a', { powers: ['SUPERUSER', 'CREATEDB'] })], { passwords: true });
  expect(lacks).toEqual(["role 'a' had SUPERUSER, CREATEDB, which is not given"]);
});

it('memberships come back between created roles alone', () => {
  const of = (name: string) => ({ role: name, admin: false, inherit: undefined, set: undefined });
  const globals = [role('a', { memberOf: [of('b'), of('pg_read_all_data')] }), role('b')];
  const chosen = choose(['a', 'b'], globals);
  expect(chosen.memberships).toEqual([{ ...of('b'), member: 'a' }]);
  expect(chosen.lacks).toEqual(["role 'a' was a member of 'pg_read_all_data', which is not given"]);
});

it('a role that has another name here keeps what the one of the backup had', () => {
  const map = new Map([['old', 'new']]);
  expect(choose(['new'], [role('old', { connectionLimit: 3 })], { map }).roles).toMatchObject([
    { name: 'new', connectionLimit: 3 },
  ]);
});

it('a role that the backup does not describe is plain', () => {
  expect(choose(['a'], [])).toEqual({
    roles: [
      { name: 'a', login: false, inherit: true, connectionLimit: -1, password: undefined, validUntil: undefined },
    ],
    memberships: [],
    lacks: ["the backup says nothing of role 'a' but its name"],
  });
});
