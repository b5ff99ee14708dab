import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CommandName } from './commands.ts';
import { type OptionName, optionsOf } from './options.ts';
import { resolveSettings } from './resolve.ts';
import type { Environment } from './sources.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-options-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function resolve<C extends CommandName = 'backup'>(
  environment: Environment,
  flags: Partial<Record<OptionName, string[]>> = {},
  command: C = 'backup' as C,
) {
  return resolveSettings({ command, environment, flags: new Map(Object.entries(flags)) as Map<OptionName, string[]> });
}

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

test('the variables of the original scripts are understood', () => {
  const { settings, problems } = resolve({
    PG_HOST: 'h',
    PG_DB: 'd',
    PG_PASSWORD: 'p',
    MINIO_ENDPOINT: 'minio:9000',
    MINIO_BUCKET: 'b',
    MINIO_ACCESS_KEY: 'a',
    MINIO_SECRET_KEY: 's',
    BACKUP_RETENTION_DAYS: '7',
    PARALLEL_JOBS: '2',
    INCREMENTAL_BACKUP: 'false',
  });
  expect(problems).toEqual([]);
  expect(settings).toMatchObject({ host: 'h', dbname: ['d'], s3Endpoint: 'minio:9000', s3Bucket: 'b' });
  expect(settings).toMatchObject({ s3Path: 'backups/postgres', keepDays: 7, jobs: 2, incremental: false });
  expect(settings.password?.reveal()).toBe('p');
  expect(settings.s3SecretKey?.reveal()).toBe('s');
});

test('flag wins over environment, environment over config file, config file over default', () => {
  const config = file('order.json', '{"jobs": 5, "keep-days": 9, "host": "c"}');
  const given = resolve({ PARALLEL_JOBS: '6', PG_HOST: 'e', BACKUP_CONFIG: config }, { jobs: ['7'] });
  expect(given.settings).toMatchObject({ jobs: 7, host: 'e', keepDays: 9, keepMinimum: 3 });
  expect(given.problems).toEqual([]);
});

test('BACKUP_<NAME> wins over the names of other tools, and an empty variable counts as unset', () => {
  expect(resolve({ BACKUP_HOST: 'a', PG_HOST: 'b', PGHOST: 'c' }).settings.host).toBe('a');
  expect(resolve({ BACKUP_HOST: '', PG_HOST: '', PGHOST: 'c' }).settings.host).toBe('c');
});

test('an input of the job wins over every variable, and an empty one leaves them their say', () => {
  const inputs = { BACKUP_INPUT_HOST: 'a', BACKUP_INPUT_USER: '', BACKUP_INPUT_DBNAME: ' [ ]', BACKUP_INPUT_JOBS: '3' };
  const given = resolve({ ...inputs, BACKUP_HOST: 'b', BACKUP_USER: 'u', PG_DB: 'd', PARALLEL_JOBS: '6' });
  expect(given.settings).toMatchObject({ host: 'a', user: 'u', dbname: ['d'], jobs: 3 });
  expect(given.sources.get('host')).toBe('BACKUP_INPUT_HOST');
  expect(resolve({ BACKUP_INPUT_JOBS: '3' }, { jobs: ['7'] }).settings.jobs).toBe(7);
  const config = file('input.json', '{"jobs": 5}');
  expect(resolve({ BACKUP_INPUT_CONFIG: config, BACKUP_CONFIG: '/nowhere' }).settings.jobs).toBe(5);
});

test('a secret is read from the file that a variable or flag names, without its last line break', () => {
  const path = file('secret', 'SEKRET\n');
  expect(resolve({ PG_PASSWORD_FILE: path }).settings.password?.reveal()).toBe('SEKRET');
  expect(resolve({}, { password: [path] }).settings.password?.reveal()).toBe('SEKRET');
  expect(resolve({ PG_PASSWORD: 'x', PG_PASSWORD_FILE: path }).problems).toEqual([
    'PG_PASSWORD and PG_PASSWORD_FILE are both set: keep one',
  ]);
});

test.each(['SEKRET\n', 'SEKRET\r\n'])('a line end behind a secret is no part of it: %j', (text) => {
  const environment = {
    PG_PASSWORD: text,
    MINIO_SECRET_KEY: text,
    OTHER: text,
    BACKUP_PASSPHRASE_FILE: file('p', text),
  };
  const config = file('ends.json', '{"s3-access-key-file": {"env": "OTHER"}}');
  const { settings, problems } = resolve({ ...environment, BACKUP_CONFIG: config });
  expect(problems).toEqual([]);
  const { password, s3SecretKey, s3AccessKey, passphrase } = settings;
  expect([password, s3SecretKey, s3AccessKey, passphrase].map((one) => one?.reveal())).toEqual(Array(4).fill('SEKRET'));
});

test.each([
  ['SEK\nRET', 'holds a line end inside: a secret is one line'],
  ['SEKRET\n\n', 'holds a line end inside: a secret is one line'],
  ['SEK\rRET', 'holds a line end inside: a secret is one line'],
  ['SEK\0RET', 'holds a zero byte'],
  ['\uFEFFSEKRET', 'begins with a byte order mark: save it without one'],
])('the secret %j is refused, from a variable as from a file', (text, problem) => {
  expect(resolve({ BACKUP_PASSPHRASE: text }).problems).toEqual([`BACKUP_PASSPHRASE: ${problem}`]);
  const path = file('odd', text);
  expect(resolve({}, { passphrase: [path] }).problems).toEqual([`--passphrase-file: ${problem}`]);
});

test('a file that is no text is refused as a secret, and taken as a key', () => {
  const path = join(folder, 'binary');
  writeFileSync(path, Buffer.from([0x99, 0xff, 0xfe, 0x00]));
  expect(resolve({ PG_PASSWORD_FILE: path }).problems).toEqual(['PG_PASSWORD_FILE: the file is not UTF-8 text']);
  expect(resolve({ BACKUP_PUBLIC_KEY: path }).settings.publicKey.map((key) => key.reveal())).toEqual(['mf/+AA==']);
});

test.each([' ', '\n', '\\n', '\\r\\n'])('a key in Base64 with line ends as %j is no path', (end) => {
  const line = 'mDMEaVcKgBYJKwYBBAHaRw8BAQdA'.repeat(3);
  expect(resolve({ BACKUP_PUBLIC_KEY: Array(4).fill(line).join(end) }).problems).toEqual([]);
});

test('a key where the path of its file belongs is named as that', () => {
  const key = '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nSEKRET\n-----END PGP PRIVATE KEY BLOCK-----';
  expect(resolve({}, { privateKey: [key] }).problems).toEqual([
    '--private-key: a key stands where the path of its file belongs',
  ]);
});

test('the path of a secret is shown only where there is something', () => {
  expect(resolve({ PG_PASSWORD_FILE: folder }).problems).toEqual([
    `PG_PASSWORD_FILE: the file '${folder}' cannot be read (EISDIR)`,
  ]);
  expect(resolve({ PG_PASSWORD_FILE: 'SEKRET' }).problems.join()).not.toContain('SEKRET');
});

test('secrets do not show themselves', () => {
  const { settings } = resolve({ PG_PASSWORD: 'SEKRET', DATABASE_URL: 'postgres://u:SEKRET@h/d' });
  expect(
    `${inspect(settings, { showHidden: true, depth: 9 })} ${JSON.stringify(settings)} ${settings.password}`,
  ).not.toContain('SEKRET');
});

test('several values come as a JSON array, keys also one behind the other', () => {
  expect(resolve({ PG_DB: '["a", "b"]' }).settings.dbname).toEqual(['a', 'b']);
  expect(resolve({ PG_DB: '[odd] name' }).settings.dbname).toEqual(['[odd] name']);
  const key = (name: string) => `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${name}\n-----END PGP PUBLIC KEY BLOCK-----`;
  const keys = resolve({ BACKUP_PUBLIC_KEY: `${key('a')}\n${key('b')}\n` }).settings.publicKey;
  expect(keys.map((one) => one.reveal())).toEqual([key('a'), key('b')]);
});

test('every problem is told, with the name that the user used', () => {
  const config = file('bad.json', '{"keep-dayz": 1, "jobs": [1, 2], "password-file": {"env": "NOT_SET"}}');
  const environment = {
    BACKUP_CONFIG: config,
    PARALLEL_JOBS: 'x',
    BACKUP_LOCK_TIMEOUT: '5',
    BACKUP_PUBLIC_KEY: '/no/such/key',
  };
  expect(resolve(environment, { verify: ['no'] }).problems).toEqual([
    '"keep-dayz" in the config file is unknown: did you mean "keep-days"?',
    '"jobs" in the config file takes one value',
    '"password-file" in the config file: the variable of its "env" is not set',
    'BACKUP_PUBLIC_KEY: there is no such file (ENOENT); what was given is not shown, since it may be the secret itself',
    "PARALLEL_JOBS: 'x' is not a whole number",
    "BACKUP_LOCK_TIMEOUT: '5' is not a time such as '90s', '5min', '26h' or '30d'",
    "--verify: 'no' is not one of stored, content, restore",
  ]);
});

test('destinations of the config file override what they say themselves', () => {
  const config = file(
    'two.json',
    '{"s3-region": "r", "destinations": [{"repository": "/a"}, {"repository": "s3://b/p", "s3-secret-key-file": {"env": "OTHER"}}]}',
  );
  const { destinations, problems } = resolve({ BACKUP_CONFIG: config, OTHER: 'SEKRET' });
  expect(problems).toEqual([]);
  expect(destinations.map(({ repository, s3Region }) => [repository, s3Region])).toEqual([
    [['/a'], 'r'],
    [['s3://b/p'], 'r'],
  ]);
  expect(destinations[1]?.s3SecretKey?.reveal()).toBe('SEKRET');
});

test('a day means its end in UTC, a time what it says', () => {
  const at = (text: string) => resolve({}, { at: [text] }, 'restore').settings.at;
  expect(at('2024-03-15')).toBe(Date.parse('2024-03-15T23:59:59.999Z'));
  expect(at('2024-03-15 12:00')).toBe(Date.parse('2024-03-15T12:00Z'));
  expect(at('2024-03-15T12:00+02:00')).toBe(Date.parse('2024-03-15T10:00Z'));
  expect(resolve({}, { at: ['2024-02-30'] }, 'restore').problems).toHaveLength(1);
});

test('a size that may be switched off takes the word for it, others do not', () => {
  expect(resolve({}).settings.splitTables).toBe(2 * 1024 ** 3);
  expect(resolve({ BACKUP_SPLIT_TABLES: 'off' }).settings.splitTables).toBe(0);
  expect(resolve({}, { splitTables: ['3GiB'] }).settings.splitTables).toBe(3 * 1024 ** 3);
  expect(resolve({}, { segmentSize: ['off'] }).problems.join()).toContain("'off' is not a size");
});

test.each([
  ['500MB', 500 * 1024 ** 2],
  ['500MiB', 500 * 1024 ** 2],
  ['64 kB', 65_536],
  ['1.5gb', 1.5 * 1024 ** 3],
  ['2TB', 2 * 1024 ** 4],
  ['2TiB', 2 * 1024 ** 4],
])('the size %s is %i bytes, as PostgreSQL reads its units', (text, bytes) => {
  expect(resolve({}, { splitTables: [text] }).settings.splitTables).toBe(bytes);
});

test.each(['500', '500M', '1PB', 'MB', '-1MB'])('the size %s is refused', (text) => {
  expect(resolve({}, { splitTables: [text] }).problems.join()).toContain(`'${text}' is not a size such as '16MB'`);
});

test('a command has the settings of its own options, and no other', () => {
  const all = { BACKUP_JOBS: '7', BACKUP_INTO: 'copy' };
  const [status, check] = [resolve(all, {}, 'status').settings, resolve(all, {}, 'check').settings];
  expect(check.jobs).toBe(7);
  // @ts-expect-error not offered: it does not compile, and it is not there
  expect(status.jobs).toBeUndefined();
  expect(Object.keys(status)).toEqual(optionsOf('status').map(([name]) => name));
});

test('check finds every wrong value that a backup would be given, also of options that it does not offer', () => {
  const wrong = {
    ...{ BACKUP_COMPRESSION: 'zstd:99', BACKUP_KEEP_DAYS: 'x', BACKUP_HOOK_TIMEOUT: '1ms', BACKUP_YIELD_AFTER: 'soon' },
    ...{ BACKUP_VERIFY: 'all', BACKUP_NOTE: 'a\nb', BACKUP_JOBS: '0' },
  };
  const { problems } = resolve(wrong, {}, 'check');
  expect(problems).toHaveLength(7);
  expect(problems.toSorted()).toEqual(resolve(wrong).problems.toSorted());
});

test('URLs that are secrets are a list of words, in a variable, a file, JSON and a config file', () => {
  const [a, b] = ['https://h/a', 'smtps://h/?to=x@y'];
  const urls = (environment: Environment, flags?: Partial<Record<OptionName, string[]>>) =>
    resolve(environment, flags).settings.notify.map((url) => url.reveal());
  const path = file('urls', `${a}\n\n${b}\n`);
  const config = file('urls.json', JSON.stringify({ 'notify-file': [path, { env: 'ONE' }] }));
  expect(urls({ BACKUP_NOTIFY: ` ${a} ${b}\r\n` })).toEqual([a, b]);
  expect(urls({ BACKUP_NOTIFY: JSON.stringify([a, b]) })).toEqual([a, b]);
  expect(urls({ BACKUP_NOTIFY_FILE: path })).toEqual([a, b]);
  expect(urls({ BACKUP_NOTIFY: 'x' }, { notify: [path] })).toEqual([a, b]);
  expect(urls({ BACKUP_CONFIG: config, ONE: a })).toEqual([a, b, a]);
});

test('choices of a list are separated by commas, spaces or flags', () => {
  const all = (environment: Environment, flags?: Partial<Record<OptionName, string[]>>) =>
    resolve(environment, flags).settings.notifyOn;
  expect(all({ BACKUP_NOTIFY_ON: 'failure, success' })).toEqual(['failure', 'success']);
  expect(all({ BACKUP_NOTIFY_ON: '["failure","success"]' })).toEqual(['failure', 'success']);
  expect(all({}, { notifyOn: ['failure,success', 'missing'] })).toEqual(['failure', 'success', 'missing']);
  expect(all({})).toEqual(['failure', 'recovery', 'missing', 'anomaly']);
  expect(resolve({ BACKUP_NOTIFY_ON: 'failure,often' }).problems).toEqual([
    'BACKUP_NOTIFY_ON: the value is not one of failure, recovery, success, missing, anomaly, digest',
  ]);
});
