import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli, serverVariables } from './run-cli.ts';

let postgres: Postgres;
let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  postgres = await startPostgres({ major: 18 });
  folder = await mkdtemp(join(tmpdir(), 'bad-server-'));
  env = {
    HOME: folder,
    TMPDIR: folder,
    ...serverVariables(postgres),
    BACKUP_ENCRYPTION: 'none',
    BACKUP_REPOSITORY: join(folder, 'repository'),
    BACKUP_CACHE_DIR: join(folder, 'cache'),
  };
});
afterAll(async () => {
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a connection that fails names the reason, and nothing is stored', () => {
  test.each<[string, Record<string, string>, number, RegExp]>([
    ['wrong password', { PG_PASSWORD: 'SEKRET' }, 2, /password authentication failed[\s\S]*PG_PASSWORD/],
    ['no password', { PG_PASSWORD: '' }, 2, /no password supplied/],
    ['unknown role', { PG_USER: 'nobody-here' }, 2, /authentication failed/],
    ['unknown database', { PG_DB: 'nothing' }, 2, /database "nothing" does not exist/],
    ['unknown database with quotes', { PG_DB: 'no"thing "here' }, 2, /database "no"thing "here" does not exist/],
    ['unknown database with a line feed', { PG_DB: 'no\nSSL' }, 2, /database "no SSL" does not exist/],
    ['unknown host', { PG_HOST: 'no-such-host.invalid' }, 2, /could not translate host name/],
    ['closed port', { PG_PORT: '1' }, 75, /onnection refused/],
  ])('%s', async (_what, more, status, message) => {
    const end = await runCli(['backup'], { ...env, PG_DB: 'postgres', ...more });
    expect(end.stderr).toMatch(message);
    expect(end.stderr).not.toContain('SEKRET');
    expect(end.status).toBe(status);
    expect(await readdir(folder)).not.toContain('repository');
  });
});

test('parameters of a URL that have no variable reach libpq too', async () => {
  const url = (query: string) => ({
    DATABASE_URL: `postgres://postgres:${encodeURIComponent(postgres.password)}@127.0.0.1:${postgres.port}/postgres?${query}`,
  });
  const wrong = await runCli(['check'], { ...env, ...url('tcp_user_timeout=soon') });
  expect(wrong.stderr + wrong.stdout).toContain(
    'invalid integer value "soon" for connection option "tcp_user_timeout"',
  );
  const right = await runCli(['backup', '--jobs=2'], {
    ...env,
    ...url('keepalives_idle=5&keepalives_count=3&sslpassword=x&pool=5'),
  });
  expect(right).toMatchObject({ status: 0, stderr: expect.stringContaining('mean nothing here: pool') });
});

describe('a database may be called', () => {
  test.each(['with blank', `quo'te"s`, '-leading', '--json', 'dbname=x host=y', 'Üñï ☃', '%s\\n$HOME'])(
    '%s',
    async (name) => {
      await postgres.createDatabase(name);
      await postgres.psql('CREATE TABLE t AS SELECT generate_series(1, 7) AS n', name);
      const made = await runCli(['backup', '--json'], { ...env, PG_DB: name });
      expect(made.stderr + made.stdout).toContain('"exit": 0');
      const into = `copy of ${name}`;
      const restored = await runCli(['restore', 'latest', `--into=${into}`], { ...env, PG_DB: name });
      expect(restored).toMatchObject({ status: 0 });
      expect(await postgres.psql('SELECT count(*) FROM t', into)).toBe('7');
    },
  );
});

test('of several databases the missing one is named, the others are there, exit 4', async () => {
  await postgres.createDatabase('one');
  await postgres.createDatabase('two');
  const end = await runCli(['backup', '--dbname', 'one', '--dbname', 'missing', '--dbname', 'two', '--json'], env);
  expect(end.status).toBe(4);
  const document = JSON.parse(end.stdout);
  expect(document.result.backups.map((backup: { name: string }) => backup.name)).toEqual(['one', 'two']);
  expect(document.result.failures).toMatchObject([{ database: 'missing', error: { code: 'database-missing' } }]);
});

test('a young backup is not made again: exit 99', async () => {
  await postgres.createDatabase('young');
  const own = { ...env, BACKUP_REPOSITORY: await mkdtemp(join(folder, 'young-')) };
  const args = ['backup', '--dbname', 'young', '--skip-if-newer-than', '20h'];
  expect((await runCli(args, own)).status).toBe(0);
  expect((await runCli(args, own)).status).toBe(99);
});

test('an unknown label names the nearest, an existing database is refused', async () => {
  await postgres.createDatabase('known');
  const made = await runCli(['backup', '--dbname', 'known', '--json'], env);
  const { label } = JSON.parse(made.stdout).result.backups[0];
  const mistyped = await runCli(['restore', `${label.slice(0, -1)}?`, '--dbname', 'known', '--into', 'new'], env);
  expect(mistyped.status).toBe(2);
  expect(mistyped.stderr).toContain(`did you mean '${label}'?`);
  const existing = await runCli(['restore', label, '--dbname', 'known'], env);
  expect(existing.status).toBe(2);
  expect(existing.stderr).toMatch(/'known' exists already[\s\S]*--into/);
});
