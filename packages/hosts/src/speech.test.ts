import { type CommandName, type OptionName, say } from '@postgres-backuper/options';
import { expect, test } from 'vitest';
import { SURFACES, speechOf } from './hosts.test-data.ts';

function speech(surface: string, origins: Readonly<Partial<Record<OptionName, string>>> = {}, command?: CommandName) {
  return speechOf(surface, { command, originOf: (name) => origins[name] });
}

const OPTIONS = [say.option('into'), say.option('noOwner'), say.option('encryption', 'none'), say.option('privateKey')];
const COMMANDS = [say.command('setup-client', { clientVersion: '17' }), say.command('keygen')];

test.each(SURFACES)('on %s an option has the name that its user writes', (surface, { says }) => {
  expect(speech(surface).text(OPTIONS.join(', '))).toBe(says.options);
});

test.each(SURFACES)('on %s a command has the name that its user knows', (surface, { says }) => {
  expect(speech(surface).text(COMMANDS.join(', '))).toBe(says.commands);
  expect(speech(surface).text(say.command('check'))).toMatch(/check/i);
});

test('an operator has names of its own for a command', () => {
  expect(speech('operator').text(`run ${say.command('check')}`)).toBe('run PostgresCheckOperator');
});

test('what was given is named as it was written', () => {
  const text = `check ${say.given('dbname')}`;
  expect(speech('terminal').text(text)).toBe('check --dbname');
  expect(speech('terminal', { dbname: 'PG_DB' }).text(text)).toBe('check PG_DB');
  expect(speech('action', { dbname: 'BACKUP_INPUT_DBNAME' }).text(text)).toBe("check the input 'dbname'");
  expect(speech('action', { dbname: 'PGDATABASE' }).text(text)).toBe('check PGDATABASE');
  expect(speech('recipe', { dbname: 'BACKUP_INPUT_DBNAME' }).text(text)).toBe("check the field 'Database'");
  expect(speech('operator', { host: 'BACKUP_HOST' }).text(`check ${say.given('host')}`)).toBe(
    "check the Connection's Host",
  );
  expect(speech('operator', { dbname: 'BACKUP_INPUT_DBNAME' }).text(text)).toBe("check the argument 'database'");
  expect(speech('operator', { dbname: 'BACKUP_DBNAME' }).text(text)).toBe("check the Connection's Schema");
});

test('a variable by which a host passes an option on is shown as the option', () => {
  const text = "BACKUP_INPUT_KEEP_DAYS: 'abc' is not a whole number";
  expect(speech('action', {}, 'prune').text(text)).toBe("the input 'keep-days': 'abc' is not a whole number");
  expect(speech('operator').text(text.replace('INPUT_', ''))).toMatch(/^options\['keep_days'\]: 'abc'/);
  expect(speech('terminal').text('PG_PORT: x, BACKUP_RETENTION_DAYS: y')).toBe('PG_PORT: x, BACKUP_RETENTION_DAYS: y');
  const twice = speech('operator').text(speech('operator').text(say.option('publicKey')));
  expect(twice).toBe('the Variable BACKUP_PUBLIC_KEY');
});

const REQUEST = {
  command: 'restore',
  target: 'backup_1',
  options: { repository: 's3://b/p', name: "it's: x", into: 'new' },
} as const;

test.each(SURFACES)('on %s a command is written as its user writes it', (surface, { says }) => {
  const [language, text] = says.example;
  const example = speech(surface).wording.example(REQUEST);
  expect(example.language).toBe(language);
  expect(example.text).toContain(text);
});
