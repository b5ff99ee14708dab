import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseMetaRunner } from '@postgres-backuper/testing';
import { expect, test } from 'vitest';
import { ALL_OPTIONS, type OptionName } from '../options/options.ts';
import { META_RUNNER_PATH, metaRunnerFiles } from './generate.ts';

const ARCHIVE = { version: '1.2.3', sha256: 'ab'.repeat(32), base64: 'QUJD' };

function runner(options = ALL_OPTIONS) {
  return parseMetaRunner(metaRunnerFiles(ARCHIVE, options)[META_RUNNER_PATH] ?? '');
}

function field(name: string, options = ALL_OPTIONS) {
  return runner(options).parameters.find((one) => one.name === name);
}

test('an option that is added to the table is a field of the form', () => {
  const option = { type: 'text', commands: ['backup'], group: 'Output', help: "Say 'a|b]' & <c>." } as const;
  const name = 'env.BACKUP_NEW_THING';
  const options = [...ALL_OPTIONS, ['newThing' as OptionName, option] as const];
  expect(field(name)).toBeUndefined();
  expect(field(name, options)?.attributes).toMatchObject({
    label: 'Output: new thing',
    description: "Say 'a|b]' & <c>. For backup.",
  });
});

test('secrets and private keys are passwords, public keys are texts', () => {
  const types = ['PASSWORD', 'DATABASE_URL', 'S3_SECRET_KEY', 'PRIVATE_KEY', 'SIGNING_KEY', 'PUBLIC_KEY', 'SIGNER_KEY'];
  expect(types.map((name) => field(`env.BACKUP_${name}`)?.type)).toEqual([
    ...['password', 'password', 'password', 'password', 'password'],
    ...['text', 'text'],
  ]);
});

test('choices are lists, with the default as the empty choice; flags are check boxes', () => {
  expect(field('env.BACKUP_LEVEL')).toMatchObject({
    type: 'select',
    value: '',
    attributes: { data_1: '', label_1: '<default>', data_2: 'stored' },
  });
  expect(field('env.BACKUP_DRY_RUN')).toMatchObject({ type: 'checkbox', value: '' });
});

test('the command is chosen from a list, and the form has no field that the runner decides', () => {
  const first = runner().parameters[0];
  expect(first).toMatchObject({ name: 'env.POSTGRES_BACKUPER_COMMAND', value: 'backup', type: 'select' });
  expect(Object.values(first?.attributes ?? {})).toEqual(
    expect.arrayContaining(['backup', 'restore', 'verify', 'prune', 'status', 'check']),
  );
  for (const name of ['env.BACKUP_CI', 'env.BACKUP_JSON']) expect(field(name)).toBeUndefined();
});

test.each(['.teamcity/settings.kts', 'docs/hosts/teamcity.md'])('%s names fields that there are', async (path) => {
  const text = await readFile(join(import.meta.dirname, '../../../..', path), 'utf8');
  const named = [...text.matchAll(/\benv\.(?:BACKUP|POSTGRES_BACKUPER)_[A-Z0-9_]+/g)].map(([name]) => name);
  const known = runner().parameters.map(({ name }) => name);
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
});

test('the script holds no reference to a parameter, begins with its shell and tells Windows to stop', () => {
  const { script } = runner();
  expect(script.replaceAll('%%', '')).not.toContain('%');
  expect(script.split('\n', 4)).toEqual([
    '#!/bin/sh',
    ": <<'WINDOWS'",
    expect.stringMatching(/^@echo ##teamcity\[buildProblem .*Linux/),
    '@exit 2',
  ]);
});
