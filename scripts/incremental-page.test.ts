import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { standingText } from '@postgres-backuper/hosts';
import { expect, test } from 'vitest';
import { ALL_OPTIONS, environmentNames } from '../packages/options/src/options.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFile(join(root, path), 'utf8');
const page = await read('docs/incremental.md');

/** The text between that host's name in bold and the next one. */
function partOf(host: string): string {
  return page.split(`**${host}**`)[1]?.split(/^\*\*/m)[0] ?? '';
}

function inputsIn(text: string): readonly string[] {
  return [...text.matchAll(/^ {4}([a-z-]+): /gm)].map(([, input]) => input ?? '');
}

test('every variable of the page is one of an option', () => {
  const known = ALL_OPTIONS.flatMap(([option]) => environmentNames(option));
  const named = [...page.matchAll(/\b(?:BACKUP|INCREMENTAL|LAST)_[A-Z_]+\b/g)].map(([name]) => name);
  expect(new Set(named.map((name) => name.replace(/_FILE$/, ''))).size).toBeGreaterThan(3);
  expect(named.filter((name) => !known.includes(name.replace(/_FILE$/, '')))).toEqual([]);
});

test('the inputs of the page are those of the action and of the component', async () => {
  const action = await read('actions/backup/action.yml');
  const inputs = inputsIn(partOf('GitHub'));
  expect(inputs).toEqual(['incremental', 'dedup-secret']);
  for (const input of inputs) expect(action).toContain(`\n  ${input}:\n`);
  expect(inputsIn(partOf('GitLab'))).toEqual(['incremental']);
  expect(await read('templates/backup.yml')).toMatch(/^ +incremental:$/m);
});

test('the secret is in no file for GitLab, whose inputs everybody sees', async () => {
  expect(await read('templates/backup.yml')).not.toContain('dedup-secret:');
});

test('the fields of the page are those of the long form for TeamCity', async () => {
  const form = await read('teamcity-meta-runner/PostgresBackuper.xml');
  const [, fields = ''] =
    /fields (\*Advanced[\s\S]*?) of the long form/.exec(await read('docs/hosts/teamcity.md')) ?? [];
  const labels = [...fields.matchAll(/\*([^*]+)\*/g)].map(([, label]) => (label ?? '').replaceAll(/\s+/g, ' '));
  expect(labels).toHaveLength(2);
  for (const label of labels) expect(form).toContain(`label='${label}'`);
});

test('the page shows a differential as the program does', () => {
  const [, parent = '', stored = '', whole = ''] =
    /differential of (\S+): stored (\d+) KiB of ([\d.]+) MiB/.exec(page) ?? [];
  const totals = { tables: 13, rows: 7, rawBytes: 1, storedBytes: Number(stored) * 1024, segments: 1 };
  const saving = { fullStoredBytes: Number(whole) * 1024 ** 2, newBytes: 1, changedTables: [], sparedTables: [] };
  expect(page).toContain(`  ${standingText({ parent, totals, saving, whyFull: null })}\n`);
});
