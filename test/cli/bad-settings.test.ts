import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { VERSION } from '../../packages/options/src/version.ts';
import { logLines, runCli } from './run-cli.ts';

let folder: string;
let env: Record<string, string>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bad-settings-'));
  env = { HOME: folder, TMPDIR: folder, PG_DB: 'app', PG_HOST: '127.0.0.1', PG_PORT: '1' };
});
afterEach(() => rm(folder, { recursive: true }));

/** What lies in HOME and TMPDIR besides the bundle's compiled code. */
async function left(): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name !== '.cache');
}

describe('what can be known without a server ends with 2, a message and nothing left', () => {
  test.each<[string, string[], Record<string, string>, RegExp]>([
    [
      'a TMPDIR that does not exist',
      ['list'],
      { TMPDIR: '/no/folder' },
      /TMPDIR: no folder can be made in '\/no\/folder'/,
    ],
    ['no repository', ['backup', '--encryption', 'none'], {}, /no repository is given[\s\S]*--repository/],
    ['unknown command', ['bakcup'], {}, /'bakcup' is not a command[\s\S]*did you mean 'backup'/],
    ['unknown option', ['backup', '--keepdays', '3'], {}, /--keepdays is unknown: did you mean --keep-days/],
    ['option of another command', ['list', '--into', 'x'], {}, /--into is not an option of 'list'/],
    ['value missing', ['backup', '--port'], {}, /--port needs a value/],
    ['not a number', ['backup'], { PARALLEL_JOBS: 'many' }, /PARALLEL_JOBS: the value is not a whole number/],
    [
      'bad URL',
      ['backup'],
      { DATABASE_URL: 'postgres://u:p@q@h/d', PG_HOST: '', BACKUP_REPOSITORY: '/r' },
      /DATABASE_URL holds two '@'/,
    ],
    ['URL as an argument', ['backup', 'postgres://u:SEKRET@h/d'], {}, /set DATABASE_URL/],
    [
      'URL as a database',
      ['check'],
      { PG_DB: 'postgres://u:SEKRET@h/d', BACKUP_REPOSITORY: '/r' },
      /PG_DB: holds a URL: set DATABASE_URL/,
    ],
    [
      'a value that only the backup after the check is given',
      ['check'],
      { BACKUP_REPOSITORY: '/r', BACKUP_COMPRESSION: 'zstd:99' },
      /BACKUP_COMPRESSION: is neither zstd:N/,
    ],
    [
      'what does not go together',
      ['backup'],
      { BACKUP_REPOSITORY: '/r', BACKUP_VERIFY_SKIPPED: '5' },
      /BACKUP_VERIFY_SKIPPED is for --skip-unchanged/,
    ],
    ['no key', ['backup'], { BACKUP_REPOSITORY: '/r' }, /no key to encrypt[\s\S]*keygen/],
    [
      'key file missing',
      ['backup'],
      { BACKUP_REPOSITORY: '/r', BACKUP_PUBLIC_KEY: '/no/key' },
      /BACKUP_PUBLIC_KEY: there is no such file \(ENOENT\)/,
    ],
    [
      'kind of repository',
      ['list'],
      { BACKUP_REPOSITORY: 'ftp://h/d' },
      /BACKUP_REPOSITORY: 'ftp:' is not a kind of repository/,
    ],
    [
      'a path that begins in the directory of a job',
      ['backup', '--ci', 'none'],
      { GITLAB_CI: 'true', BACKUP_REPOSITORY: 'backups/postgres' },
      /BACKUP_REPOSITORY: 'backups\/postgres' is relative to the folder of the job/,
    ],
    [
      'half of the S3 keys',
      ['list'],
      { BACKUP_REPOSITORY: 's3://bucket/p', MINIO_ACCESS_KEY: 'a' },
      /MINIO_ACCESS_KEY is given without MINIO_SECRET_KEY/,
    ],
    ['restore without a backup', ['restore'], { BACKUP_REPOSITORY: '/r' }, /no backup is chosen/],
    ['a passphrase nowhere', ['keygen'], {}, /no terminal to ask on[\s\S]*BACKUP_PRIVATE_KEY_PASSPHRASE/],
    ['no words at all', [], {}, /postgres-backuper COMMAND/],
  ])('%s', async (_what, args, more, message) => {
    const end = await runCli(args, { ...env, ...more });
    expect(end.stderr).toMatch(message);
    expect(end.stderr + end.stdout).not.toContain('SEKRET');
    expect(end).toMatchObject({ status: 2, stdout: '' });
    expect(await left()).toEqual([]);
  });
});

test('files of the original scripts are read from a folder of the job, too', async () => {
  const job = { GITLAB_CI: 'true', BACKUP_REPOSITORY: relative(process.cwd(), folder) };
  expect(await runCli(['list', '--legacy', '--ci', 'none'], { ...env, ...job })).toMatchObject({ status: 0 });
});

test('a file that is no key is refused by name', async () => {
  await writeFile(join(folder, 'key'), 'not a key');
  const end = await runCli(['backup'], {
    ...env,
    BACKUP_REPOSITORY: join(folder, 'r'),
    BACKUP_PUBLIC_KEY: join(folder, 'key'),
  });
  expect(end.stderr).toMatch(/the public key is not an OpenPGP key/);
  expect(end.status).toBe(2);
  expect(await left()).toEqual(['key']);
});

test('several problems are told at once, also as JSON and in the result file', async () => {
  const file = join(folder, 'result.json');
  const end = await runCli(['backup', '--jsn', '--json', '--jobs=0', '--result-file', file, 'more'], {
    ...env,
    BACKUP_KEEP_DAYS: 'x',
    PG_PORT: 'x',
  });
  expect(end.status).toBe(2);
  expect(end.stderr).toMatch(/6 settings are wrong/);
  const document = JSON.parse(end.stdout);
  expect(document).toMatchObject({ command: 'backup', exit: 2, error: { code: 'configuration-invalid' } });
  expect(document.result.problems).toHaveLength(6);
  const { readFile } = await import('node:fs/promises');
  expect(await readFile(file, 'utf8')).toBe(end.stdout);
});

test.each([
  ['list', 1],
  ['prune', 0],
])('a %s of a name with a typing error names those that are there and ends with %i', async (command, status) => {
  const none = join(import.meta.dirname, '../golden/v1/none/repository');
  const asked = (name: string, repository: string, ...more: string[]) =>
    runCli([command, '--name', name, '--repository', repository, '--cache-dir', folder, ...more], {});
  const dry = command === 'prune' ? ['--dry-run'] : [];
  const mistaken = await asked('golden_noen', none, ...dry);
  expect(mistaken.status).toBe(status);
  expect(mistaken[status === 0 ? 'stdout' : 'stderr']).toMatch(
    /'golden_noen'[^:]*[:\s]\s*choose one of the names that have backups with --name: golden_none\n/,
  );
  const empty = await asked('shop', folder, ...dry);
  expect(empty).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^no backup of 'shop' in .*: check --repository and --name, or make one with/),
  });
});

test('help and version answer on standard output', async () => {
  expect(await runCli(['--version'], {})).toMatchObject({ status: 0, stdout: `${VERSION}\n`, stderr: '' });
  const help = await runCli(['backup', '--help'], {});
  expect(help).toMatchObject({ status: 0, stderr: '' });
  expect(help.stdout).toMatch(/Common options:[\s\S]*--repository/);
});

test('a JSON log holds errors of the settings', async () => {
  const end = await runCli(['backup', '--log-format', 'json'], env);
  expect(logLines(end)).toMatchObject([
    { type: 'error', error: { code: 'configuration-invalid' } },
    { type: 'end', command: 'backup', exit: 2 },
  ]);
});
