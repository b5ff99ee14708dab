import { ALL_OPTIONS, type Option, type OptionName, parseArguments } from '@postgres-backuper/options';
import { expect, test } from 'vitest';
import { airflowFiles } from '../../hosts/src/airflow/files.ts';
import { githubFiles } from '../../hosts/src/github/files.ts';
import { gitlabFiles } from '../../hosts/src/gitlab/files.ts';
import { machineFiles } from '../../hosts/src/machine/files.ts';
import { metaRunnerFiles } from '../../hosts/src/teamcity/files.ts';
import { commandHelp } from './help.ts';
import { optionsPage } from './options-page.ts';

const NAME = 'lunarPhase' as OptionName;
const OPTION: Option = {
  flag: 'lunar-phase',
  type: 'text',
  commands: ['backup', 'status'],
  group: 'Output',
  placeholder: 'PHASE',
  help: 'Only at this phase of the moon.',
};
const ONE_MORE = [...ALL_OPTIONS, [NAME, OPTION] as const];

/** Everything that is generated from the table, and each text by the path or command that shows it. */
function generated(options: typeof ALL_OPTIONS): Readonly<Record<string, string>> {
  const help = (['backup', 'status', 'prune'] as const).map((one) => [`help of ${one}`, commandHelp(one, options)]);
  return {
    ...Object.fromEntries(help),
    'docs/options.md': optionsPage(options),
    ...metaRunnerFiles({ version: '1', sha256: 'ab', base64: 'QUJD' }, options),
    ...githubFiles(options),
    ...gitlabFiles({ 'main.cjs': '00' }, options),
    ...airflowFiles(options),
    ...machineFiles(options),
  };
}

test('an option is one entry of the table: help, reference page and the files of every CI system show it', () => {
  const [before, after] = [generated(ALL_OPTIONS), generated(ONE_MORE)];
  const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
  expect(changed.sort()).toEqual([
    'actions/backup/action.yml',
    'actions/status/action.yml',
    'airflow/src/postgres_backuper_airflow/options.py',
    'docs/hosts/machine/backup.env',
    'docs/options.md',
    'help of backup',
    'help of status',
    'teamcity-meta-runner/PostgresBackuper.xml',
    'templates/backup.yml',
    'templates/status.yml',
  ]);
  for (const path of changed) {
    expect(after[path]).toContain(OPTION.help);
    expect(after[path]).toMatch(/lunar-phase|BACKUP_(INPUT_)?LUNAR_PHASE/);
  }
});

test('the command line takes it, for its commands', () => {
  expect(parseArguments('backup', ['--lunar-phase', 'full'], ONE_MORE)).toMatchObject({
    flags: new Map([[NAME, ['full']]]),
    problems: [],
  });
  expect(parseArguments('prune', ['--lunar-phase', 'full'], ONE_MORE).problems).toHaveLength(1);
});
