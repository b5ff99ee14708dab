import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALL_OPTIONS, type Option, type OptionName, parseArguments } from '@postgres-backuper/options';
import { expect, test } from 'vitest';
import { hostFiles } from '../../../scripts/host-files.ts';
import { HOST_DATA } from '../../hosts/src/hosts.test-data.ts';
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
async function generated(options: typeof ALL_OPTIONS, dist: string): Promise<Readonly<Record<string, string>>> {
  const help = (['backup', 'status', 'prune'] as const).map((one) => [`help of ${one}`, commandHelp(one, options)]);
  const texts = (await hostFiles()).flatMap(({ ofTables, ofProgram }) => [
    ofTables?.(options),
    ofProgram?.(dist, options),
  ]);
  return Object.assign(
    Object.fromEntries(help),
    { 'docs/options.md': optionsPage(options) },
    ...(await Promise.all(texts)),
  );
}

test('an option is one entry of the table: help, reference page and the files of every CI system show it', async () => {
  const dist = await mkdtemp(join(tmpdir(), 'one-entry-'));
  await writeFile(join(dist, 'main.cjs'), '');
  const [before, after] = [await generated(ALL_OPTIONS, dist), await generated(ONE_MORE, dist)];
  await rm(dist, { recursive: true });
  const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
  const files = HOST_DATA.flatMap(([, { optionFiles }]) => optionFiles);
  expect(changed.sort()).toEqual([...files, 'docs/options.md', 'help of backup', 'help of status'].sort());
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
