import { spawnSync } from 'node:child_process';
import { ALL_OPTIONS, type Option, type OptionName } from '@postgres-backuper/options';
import { expect, test } from 'vitest';
import { gitlabFiles, INCLUDE_PATH } from './files.ts';
import { jobScript, TEMPLATE_COMMANDS } from './script.ts';

const PINS = { 'main.cjs': '00', 'postgres-backuper.cjs': '11' };

test('there is a component for each command, and one file with all jobs for include', () => {
  const files = gitlabFiles(PINS);
  const paths = TEMPLATE_COMMANDS.map((command) => `templates/${command}.yml`);
  expect(Object.keys(files)).toEqual([...paths, INCLUDE_PATH]);
  for (const command of TEMPLATE_COMMANDS) expect(files[INCLUDE_PATH]).toContain(`\n.postgres-backuper-${command}:\n`);
});

test('inputs have a type; no two have the same name or variable; secrets are none', () => {
  for (const command of TEMPLATE_COMMANDS) {
    const [header = '', job = ''] = (gitlabFiles(PINS)[`templates/${command}.yml`] ?? '').split('\n---\n');
    const names = [...header.matchAll(/^ {4}([\w-]+):$/gm)].map(([, name]) => name);
    const variables = [...job.matchAll(/^ {4}([A-Z_]+):/gm)].map(([, name]) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(variables).size).toBe(variables.length);
    expect(names.join()).not.toMatch(/(?<!with-)password(?!-command)|private-key|secret-key|passphrase|url-file/);
    // every input that a job names is declared: GitLab refuses others
    for (const [, used] of job.matchAll(/\$\[\[ inputs\.([\w-]+) \]\]/g)) expect(names).toContain(used);
  }
  const { 'templates/backup.yml': backup = '' } = gitlabFiles(PINS);
  expect(backup).toMatch(/ {4}dbname:\n {6}type: array\n/);
  expect(backup).toMatch(/ {4}encryption:\n(.+\n){2} {6}options: \['', .*'openpgp'/);
});

test('an option that is added to the table becomes an input and a variable', () => {
  const option: Option = { flag: 'colour', type: 'text', commands: ['status'], group: 'Output', help: "It's new." };
  const options = [...ALL_OPTIONS, ['colour', option] as unknown as readonly [OptionName, Option]];
  const files = gitlabFiles(PINS, options);
  expect(files['templates/status.yml']).toContain(`    colour:\n      description: "It's new."\n`);
  expect(files['templates/status.yml']).toContain('    BACKUP_COLOUR: |2-\n      $[[ inputs.colour ]]\n');
  expect(files['templates/backup.yml']).not.toContain('COLOUR');
});

test('no text of an input stands in a script, which is one for any POSIX shell', () => {
  for (const command of TEMPLATE_COMMANDS) {
    const script = jobScript(command, PINS);
    expect(script).not.toContain('$[[');
    expect(script).not.toMatch(/[^\n -~]/);
    const checked = spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' });
    expect(checked.stderr).toBe('');
  }
});
