import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ALL_OPTIONS, environmentNames, type OptionName } from '@postgres-backuper/options';
import { parseMetaRunner, parseRecipe } from '@postgres-backuper/testing';
import { expect, test } from 'vitest';
import { META_RUNNER_PATH, metaRunnerFiles } from './files.ts';

const ARCHIVE = { version: '1.2.3', sha256: 'ab'.repeat(32), base64: 'QUJD' };

const files = metaRunnerFiles(ARCHIVE);
const FILES = Object.entries(files);

function runner(options = ALL_OPTIONS) {
  return parseMetaRunner(metaRunnerFiles(ARCHIVE, options)[META_RUNNER_PATH] ?? '');
}

function field(name: string, options = ALL_OPTIONS) {
  return runner(options).parameters.find((one) => one.name === name);
}

test('an option that is added to the table is a field of the form', () => {
  const option = { type: 'text', commands: ['backup'], group: 'Output', help: "Say 'a|b]' & <c>." } as const;
  const name = 'env.BACKUP_INPUT_NEW_THING';
  const options = [...ALL_OPTIONS, ['newThing' as OptionName, option] as const];
  expect(field(name)).toBeUndefined();
  expect(field(name, options)?.attributes).toMatchObject({
    label: 'Advanced, output: new thing',
    description: "Say 'a|b]' & <c>. For backup.",
  });
});

test('secrets and private keys are passwords, public keys are texts', () => {
  const types = ['PASSWORD', 'DATABASE_URL', 'S3_SECRET_KEY', 'PRIVATE_KEY', 'SIGNING_KEY', 'PUBLIC_KEY', 'SIGNER_KEY'];
  expect(types.map((name) => field(`env.BACKUP_INPUT_${name}`)?.type)).toEqual([
    ...['password', 'password', 'password', 'password', 'password'],
    ...['text', 'text'],
  ]);
});

test('choices are lists, with the default as the empty choice; flags are check boxes', () => {
  expect(field('env.BACKUP_INPUT_LEVEL')).toMatchObject({
    type: 'select',
    value: '',
    attributes: { data_1: '', label_1: '<default>', data_2: 'stored' },
  });
  expect(field('env.BACKUP_INPUT_DRY_RUN')).toMatchObject({ type: 'checkbox', value: '' });
});

test('the command is chosen from a list, and the form has no field that the recipe decides', () => {
  const first = runner().parameters[0];
  expect(first).toMatchObject({ name: 'env.POSTGRES_BACKUPER_COMMAND', value: 'backup', type: 'select' });
  const all = ['backup', 'restore', 'list', 'check', 'status', 'verify', 'prune', 'setup-client'];
  expect(Object.values(first?.attributes ?? {})).toEqual(expect.arrayContaining(all));
  for (const name of ['env.BACKUP_INPUT_CI', 'env.BACKUP_INPUT_JSON']) expect(field(name)).toBeUndefined();
});

test('what most people fill in comes first, and everything else is called advanced', () => {
  const labels = runner().parameters.map(({ attributes }) => attributes.label ?? '');
  const firsts = ['Command', 'Backup', 'Host', 'Port', 'Database', 'User', 'Password', 'Repository', 'S3 endpoint'];
  expect(labels.slice(0, firsts.length)).toEqual(firsts);
  const advanced = labels.findIndex((label) => label.startsWith('Advanced, '));
  expect(advanced).toBeLessThan(20);
  expect(labels.slice(advanced, -2).filter((label) => !label.startsWith('Advanced, '))).toEqual([]);
  expect(labels.slice(-2)).toEqual(['Node.js', 'Program cache']);
});

test('no field has the name of a variable that a build may set, so that an empty one hides nothing', () => {
  const variables = ALL_OPTIONS.flatMap(([name]) => environmentNames(name).map((variable) => `env.${variable}`));
  for (const [path, text] of FILES) {
    const names = parseRecipe(text).parameters.flatMap(({ name, value }) => (value === '' ? [name] : []));
    expect(
      names.filter((name) => variables.includes(name)),
      path,
    ).toEqual([]);
    expect(
      names.filter((name) => !/^env\.(POSTGRES_BACKUPER|BACKUP)_INPUT_/.test(name)),
      path,
    ).toEqual([]);
  }
});

test('there are a long form and three short ones, as XML and as YAML, with the same script', () => {
  const fields = Object.fromEntries(FILES.map(([path, text]) => [path, parseRecipe(text).parameters.length]));
  expect(fields).toEqual({
    'teamcity-meta-runner/PostgresBackuper.xml': expect.any(Number),
    'teamcity-meta-runner/PostgresBackup.xml': 14,
    'teamcity-meta-runner/PostgresBackup.yml': 14,
    'teamcity-meta-runner/PostgresRestore.xml': 17,
    'teamcity-meta-runner/PostgresRestore.yml': 17,
    'teamcity-meta-runner/PostgresBackups.xml': 9,
    'teamcity-meta-runner/PostgresBackups.yml': 9,
  });
  for (const name of ['PostgresBackup', 'PostgresRestore', 'PostgresBackups']) {
    const [xml, yaml] = ['xml', 'yml'].map((format) =>
      parseRecipe(files[`teamcity-meta-runner/${name}.${format}`] ?? ''),
    );
    expect(yaml?.script).toBe(xml?.script);
    expect(yaml?.parameters.map((one) => one.name)).toEqual(xml?.parameters.map((one) => one.name));
    expect(yaml?.name).toBe(name);
  }
});

test('an agent must be Linux', () => {
  expect(runner().requirements).toEqual([{ type: 'contains', name: 'teamcity.agent.jvm.os.name', value: 'Linux' }]);
});

test.each(['.teamcity/settings.kts', 'docs/hosts/teamcity/parts.kts', 'docs/hosts/teamcity.md'])(
  '%s names fields and variables that there are',
  async (path) => {
    const text = await readFile(join(import.meta.dirname, '../../../..', path), 'utf8');
    const named = [...text.matchAll(/\benv\.(?:BACKUP|POSTGRES_BACKUPER)_[A-Z0-9_]+/g)].map(([name]) => name);
    const variables = ALL_OPTIONS.flatMap(([name]) => environmentNames(name).map((variable) => `env.${variable}`));
    const own = ['NODE', 'CACHE', 'TARGET'].map((name) => `env.POSTGRES_BACKUPER_${name}`);
    const fields = runner().parameters.map(({ name }) => name);
    const known = path.endsWith('.kts') ? fields : [...fields, ...variables, ...own];
    expect(named.filter((name) => !name.endsWith('_') && !known.includes(name))).toEqual([]);
  },
);

test('the script holds no text that people write, begins with its shell and tells Windows to stop', () => {
  const { script } = runner();
  const references = script.replaceAll('%%', '').match(/%[^%]*%?/g);
  expect(references).toEqual(['%system.teamcity.build.tempDir%']);
  expect(script.split('\n', 4)).toEqual([
    '#!/bin/sh',
    ": <<'WINDOWS'",
    expect.stringMatching(/^@echo ##teamcity\[buildProblem .*Linux/),
    '@exit 2',
  ]);
});
