import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ALL_COMMANDS, commandsOn, commandsThatNeed } from './commands.ts';

const PACKAGES = join(import.meta.dirname, '../..');
const NAMES = ALL_COMMANDS.map((name) => `'${name}'`).join('|');
/** Two names beside each other, as in an array, but no option with its value. */
const LIST = new RegExp(`(?<!option\\()(${NAMES}),\\s*(${NAMES})`, 'g');

/** The table itself, the options that name their commands, kinds of records, and TeamCity's short recipe. */
const KNOWN = /^(options\/src\/|format\/src\/records\.ts: |hosts\/src\/teamcity\/recipes\.ts: 'list', 'status'$)/;

test('no list of commands is kept beside the table', () => {
  const paths = globSync('*/src/**/*.ts', { cwd: PACKAGES }).filter((path) => !/\.test(-data)?\.ts$/.test(path));
  const lists = paths.flatMap((path) =>
    [...readFileSync(join(PACKAGES, path), 'utf8').matchAll(LIST)].map(([list]) => `${path}: ${list}`),
  );
  expect(lists.filter((one) => !KNOWN.test(one))).toEqual([]);
});

test('what a command needs and who offers it is read from its row', () => {
  expect(commandsThatNeed('connection')).toEqual(['backup', 'restore', 'undo-swap', 'check', 'setup-client']);
  expect(commandsOn('gitlab')).toEqual(['backup', 'restore', 'verify', 'status']);
});
