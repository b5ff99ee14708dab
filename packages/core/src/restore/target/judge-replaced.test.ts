import { say } from '@postgres-backuper/base';
import { expect, test } from 'vitest';
import { judgeReplaced } from './judge-replaced.ts';
import { facts, wanted } from './target.test-data.ts';

const BEFORE = 'app_before_backup_20261128_183144_a1b2c3_1';
const REPLACED = { exists: true, isOwned: true, sessions: [], databases: ['app', BEFORE] };
const asked = (more: object = {}, exclusions: readonly string[] = []) =>
  wanted({ exclusions }, [], { replaces: { name: 'app', disconnect: false, dropOld: false }, ...more });
const dropping = { replaces: { name: 'app', disconnect: false, dropOld: true } };

test('a database that is not there is named with the way to get it back', () => {
  const gone = { ...REPLACED, exists: false, databases: [BEFORE] };
  expect(judgeReplaced(asked(), facts({ replaced: gone }))).toMatchObject([
    { code: 'database-missing', solution: expect.stringContaining(say.command('undo-swap', {}, ['app'])) },
  ]);
  const never = { ...gone, databases: [] };
  expect(judgeReplaced(asked(), facts({ replaced: never }))).toMatchObject([
    { code: 'database-missing', solution: expect.stringContaining(say.option('into', 'app')) },
  ]);
});

test('the old one is dropped only if the new one lacks nothing of it', () => {
  const replaced = facts({ replaced: REPLACED });
  expect(judgeReplaced(asked(dropping), replaced)).toEqual([]);
  expect(judgeReplaced(asked({}, ['--exclude-table a']), replaced)).toEqual([]);
  const kept = [{ severity: 'blocks', code: 'configuration-invalid' }];
  expect(judgeReplaced(asked(dropping, ['--exclude-table a']), replaced)).toMatchObject(kept);
  for (const part of [
    { excludeExtensions: ['postgis'] },
    { toOlder: true },
    { policies: false },
    { publications: false },
  ])
    expect(judgeReplaced(asked({ ...dropping, ...part }), replaced)).toMatchObject(kept);
});
