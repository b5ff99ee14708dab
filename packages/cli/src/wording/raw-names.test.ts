import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_OPTIONS, environmentNames } from '@postgres-backuper/options';
import { expect, test } from 'vitest';
import { HOST_DATA } from '../../../hosts/src/hosts.test-data.ts';
import { ALL_COMMANDS } from '../../../options/src/commands.ts';
import { PACKAGES, sources } from './sources.test-data.ts';

/** They hold names as they are written somewhere, each for a reason. */
const ALLOWED: Readonly<Record<string, string>> = {
  'options/src/(backup|database|encryption|other|output|repository|restore|retention|options|option|variable).ts':
    'the table itself, its help and the names of its variables',
  'options/src/(arguments|resolve).ts': 'what the user wrote on the command line, or the name of a variable',
  'cli/src/print/(keygen|init).ts': 'run in a terminal alone: what to do with the files that they made',
  'core/src/backup/(check-selection|missing-text|exclusions).ts': 'kept in the catalog, in the words of pg_dump',
  'postgres/src/dump/archive.ts': 'arguments of pg_dump',
  'options/src/config-file.ts': 'is compared with flags',
  'hosts/src/(command-line|speech).ts':
    'names as a command line has them, and the variables of a host that passes them on',
  'hosts/src/reports/(dotenv|label-variables).ts': 'names of outputs, not of options',
  ...Object.assign({}, ...HOST_DATA.map(([host, { rawNames }]) => inFolder(`hosts/src/${host}`, rawNames))),
};

function inFolder(folder: string, reasons: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(reasons).map(([file, reason]) => [`${folder}/${file}.ts`, reason]));
}

const flags = ALL_OPTIONS.flatMap(([, { flag }]) => flag ?? []);
const variables = ALL_OPTIONS.flatMap(([name]) => environmentNames(name)).filter(
  (name) => !/^(PG[A-Z]|AWS_)/.test(name),
);
const RAW = new RegExp(
  [
    `(?<!['"\`\\w-])--(?:${flags.join('|')})\\b`, // behind a quote: an argument of another program
    '--\\$\\{\\w+',
    `\\b(?:BACKUP_[A-Z]\\w*|${variables.join('|')})\\b`,
    `postgres-backuper (?:${ALL_COMMANDS.join('|')})\\b`,
    `(?<=["\`][^"\`]*)(?<![(,] ?)'(?:${ALL_COMMANDS.join('|')})'(?=[^"\`]*["\`])`, // not an argument of a call
  ].join('|'),
  'g',
);

function rawNames(file: string): readonly string[] {
  const lines = readFileSync(join(PACKAGES, file), 'utf8').split('\n');
  const code = lines.map((line) => (/^\s*(\*|\/\*|\/\/)/.test(line) ? '' : line.replace(/\s\/\/ .*/, '')));
  return code.flatMap((line) => (line.match(RAW) ?? []).map((name) => `${file}: ${name}`));
}

test('a text names an option or a command by `say` alone, or its name is allowed for a reason', () => {
  const allowed = Object.keys(ALLOWED).map((pattern) => new RegExp(`^${pattern}(:|$)`));
  const found = sources().flatMap(rawNames);
  expect(found.filter((one) => !allowed.some((pattern) => pattern.test(one)))).toEqual([]);
  expect(allowed.filter((pattern) => !found.some((one) => pattern.test(one)))).toEqual([]);
});
