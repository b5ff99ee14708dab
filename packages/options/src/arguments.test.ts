import { expect, test } from 'vitest';
import { parseArguments } from './arguments.ts';

test('flags take the next word, the text behind "=", and repeat', () => {
  const read = parseArguments('backup', ['--dbname', 'a', '--dbname=b=c', '--no-prune', '--jobs=2']);
  expect(read.problems).toEqual([]);
  expect(Object.fromEntries(read.flags)).toEqual({ dbname: ['a', 'b=c'], noPrune: ['true'], jobs: ['2'] });
});

test('a value may begin with a dash, but an option is no value', () => {
  expect(parseArguments('backup', ['--dbname', '-x']).flags.get('dbname')).toEqual(['-x']);
  expect(parseArguments('backup', ['--dbname', '--json']).problems).toEqual(['--dbname needs a value']);
  expect(parseArguments('backup', ['--dbname=--json']).flags.get('dbname')).toEqual(['--json']);
});

test('words behind "--" are positionals', () => {
  expect(parseArguments('restore', ['--', '--into']).positionals).toEqual(['--into']);
});

test('an unknown option names the nearest one, takes its value with it and never shows it', () => {
  const read = parseArguments('backup', ['--keepdays', '3', '--pasword', 'SEKRET', '--passphrase=SEKRET']);
  expect(read.problems).toEqual([
    '--keepdays is unknown: did you mean --keep-days?',
    '--pasword is unknown: did you mean --password-file?',
    '--passphrase is unknown: did you mean --passphrase-file?',
  ]);
  expect(read.positionals).toEqual([]);
});

test("another command's option is named as such", () => {
  expect(parseArguments('list', ['--into', 'x']).problems).toEqual(["--into is not an option of 'list'"]);
  expect(parseArguments('list', ['--jobs', '4', '--no-prune', 'word'])).toMatchObject({
    problems: ["--jobs is not an option of 'list'", "--no-prune is not an option of 'list'"],
    positionals: ['word'],
  });
});

test('an option that takes one value is not given twice', () => {
  expect(parseArguments('backup', ['--jobs', '1', '--jobs', '2']).problems).toEqual(['--jobs is given twice']);
});
