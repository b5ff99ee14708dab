import { type CommandName, type OptionName, say } from '@postgres-backuper/options';
import { expect, test } from 'vitest';
import { speechOf } from './surfaces.test-data.ts';

function speech(surface: string, origins: Readonly<Partial<Record<OptionName, string>>> = {}, command?: CommandName) {
  return speechOf(surface, { command, originOf: (name) => origins[name] });
}

const HINT = `give ${say.option('into')}, ${say.option('noOwner')}, ${say.option('encryption', 'none')}, ${say.option('privateKey')}`;

test.each([
  ['terminal', 'give --into, --no-owner, --encryption none, BACKUP_PRIVATE_KEY'],
  ['a script on GitHub', 'give --into, --no-owner, --encryption none, BACKUP_PRIVATE_KEY'],
  [
    'action',
    "give the input 'into', the input 'no-owner: true', the input 'encryption: none', the input 'private-key'",
  ],
  [
    'component',
    "give the input 'into', the input 'no-owner: true', the input 'encryption: none', the variable BACKUP_PRIVATE_KEY",
  ],
  [
    'include',
    'give the variable BACKUP_INTO, the variable BACKUP_NO_OWNER=true, the variable BACKUP_ENCRYPTION=none, the variable BACKUP_PRIVATE_KEY',
  ],
  [
    'recipe',
    "give the field 'New database', the checkbox 'Advanced, restore: no owner', the field 'Advanced, encryption: encryption' = none, the field 'Private key'",
  ],
  [
    'operator',
    "give the argument 'into', options['no_owner'] = True, options['encryption'] = 'none', the Variable BACKUP_PRIVATE_KEY",
  ],
])('on %s an option has the name that its user writes', (surface, said) => {
  expect(speech(surface).text(HINT)).toBe(said);
});

test.each([
  ['terminal', "run 'postgres-backuper setup-client --client-version 17', 'postgres-backuper keygen'"],
  [
    'action',
    "run the action 'setup-client' with 'client-version: 17', 'postgres-backuper keygen' on a machine of your own",
  ],
  ['recipe', "run the recipe's command 'setup-client' with the field 'Advanced, database: client version' = 17"],
  ['component', "run 'postgres-backuper setup-client --client-version 17' on this machine"],
])('on %s a command has the name that its user knows', (surface, said) => {
  const text = `run ${say.command('setup-client', { clientVersion: '17' })}, ${say.command('keygen')}`;
  expect(speech(surface).text(text)).toContain(said);
  expect(speech(surface).text(`see ${say.command('check')}`)).toContain('check');
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

test.each([
  ['terminal', 'sh', "postgres-backuper restore backup_1 --repository s3://b/p --name 'it'\\''s: x' --into new"],
  [
    'action',
    'yaml',
    '- uses: OWNER/postgres-backuper/actions/restore@v1\n  with:\n    backup: backup_1\n    repository: s3://b/p\n    name: "it\'s: x"\n    into: new',
  ],
  [
    'component',
    'yaml',
    '  inputs:\n    label: backup_1\n    repository: [s3://b/p]\n    name: "it\'s: x"\n    into: new',
  ],
  [
    'recipe',
    'text',
    "Command = restore\nBackup = backup_1\nRepository = s3://b/p\nAdvanced, repository: name = it's: x\nNew database = new\n",
  ],
  [
    'operator',
    'python',
    'PostgresRestoreOperator(task_id="restore", target="backup_1", repository="s3://b/p", into="new", options={"name": "it\'s: x"})',
  ],
])('on %s a command is written as its user writes it', (surface, language, text) => {
  const example = speech(surface).wording.example(REQUEST);
  expect(example.language).toBe(language);
  expect(example.text).toContain(text);
});
