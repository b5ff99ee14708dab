import { type OptionName, resolveSettings } from '@postgres-backuper/options';
import { expect, it } from 'vitest';
import { readRoleMap, restoreRequest } from './restore-request.ts';

it('each pair names a role of the backup and one of this server', () => {
  expect([...readRoleMap(['old=new', 'a b=c=d'])]).toEqual([
    ['old', 'new'],
    ['a b', 'c=d'],
  ]);
});

it.each([[['old']], [['=new']], [['old=']], [['a=b', 'a=c']]])('%j is refused', (pairs) => {
  expect(() => readRoleMap(pairs)).toThrow(expect.objectContaining({ code: 'configuration-invalid' }));
});

const requestOf = (flags: Partial<Record<OptionName, string[]>>) =>
  restoreRequest(
    resolveSettings({
      command: 'restore',
      environment: {},
      flags: new Map(Object.entries(flags)) as Map<OptionName, string[]>,
    }).settings,
  );

it('a restore of rows names the database, and how long it waits for locks', () => {
  const flags = { dataOnly: ['true'], into: ['app'], lockTimeout: ['2s'] };
  expect(requestOf(flags).rows).toEqual({ truncate: false, lockTimeoutMs: 2000 });
  expect(requestOf({ ...flags, truncate: ['true'] }).rows).toMatchObject({ truncate: true });
  expect(requestOf({ into: ['app'] }).rows).toBeUndefined();
});

it('chosen tables go into a new schema', () => {
  expect(requestOf({ intoSchema: ['old'], into: ['app'], table: ['t'] })).toMatchObject({
    intoSchema: 'old',
    into: 'app',
  });
});

it('sections are chosen; rows alone are a restore of rows', () => {
  expect(requestOf({ section: ['pre-data', 'data'] }).selection).toMatchObject({
    sections: ['pre-data', 'data'],
    tables: [],
  });
  const alone = requestOf({ section: ['data'], into: ['app'], truncate: ['true'] });
  expect(alone.rows).toMatchObject({ truncate: true });
});

it.each<Partial<Record<OptionName, string[]>>>([
  { intoSchema: ['old'], into: ['app'] },
  { intoSchema: ['old'], table: ['t'] },
  { intoSchema: ['old'], into: ['app'], table: ['t'], dataOnly: ['true'] },
  { intoSchema: ['old'], into: ['app'], table: ['t'], section: ['pre-data'] },
  { section: ['data'] },
  { section: ['data'], intoEmpty: ['x'] },
  { section: ['data', 'post-data'], into: ['app'] },
  { section: ['post-data'], into: ['app'] },
  { section: ['pre-data'], schemaOnly: ['true'] },
  { section: ['pre-data'], replace: ['app'] },
  { section: ['pre-data'], truncate: ['true'] },
  { dataOnly: ['true'] },
  { truncate: ['true'], into: ['app'] },
  ...(['intoEmpty', 'replace', 'schemaOnly', 'resume', 'createRoles', 'locale'] as const).map((name) => ({
    dataOnly: ['true'],
    into: ['app'],
    [name]: [name === 'intoEmpty' || name === 'replace' || name === 'locale' ? 'x' : 'true'],
  })),
])('%j is refused', (flags) => {
  expect(() => requestOf(flags)).toThrow(expect.objectContaining({ code: 'configuration-invalid' }));
});
