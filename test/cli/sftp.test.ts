import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Postgres,
  run as runProgram,
  type Sshd,
  startPostgres,
  startSshd,
  startTcpProxy,
  type TcpProxy,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runCli, serverVariables } from './run-cli.ts';

let postgres: Postgres;
let sshd: Sshd;
let poor: Sshd;
let folder: string;
let env: Record<string, string>;
let secrets: Record<string, string>;
/** Of tries: each has repositories of its own. */
let nth = 0;

beforeAll(async () => {
  const denied = ['posix-rename', 'hardlink', 'fsync', 'statvfs', 'limits'];
  [postgres, sshd, poor] = await Promise.all([startPostgres({ major: 18 }), startSshd(), startSshd({ denied })]);
  await postgres.createDatabase('app');
  await postgres.psql(
    `CREATE TABLE t AS SELECT n, md5(n::text) || md5((n + 1)::text) AS word FROM generate_series(1, 400000) AS n`,
    'app',
  );
  folder = await mkdtemp(join(tmpdir(), 'cli-sftp-'));
  const made = await runCli(['keygen', '--output', folder], { HOME: folder, BACKUP_PRIVATE_KEY_PASSPHRASE: 'word' });
  expect(made.status, made.stderr).toBe(0);
  env = {
    ...{ HOME: folder, ...serverVariables(postgres), PG_DB: 'app' },
    BACKUP_PUBLIC_KEY: join(folder, 'backup-public.asc'),
    BACKUP_RETRY_FOR: '30s',
    ...loginAt(sshd),
  };
  secrets = { BACKUP_PRIVATE_KEY: join(folder, 'backup-private.asc'), BACKUP_PRIVATE_KEY_PASSPHRASE: 'word' };
});
afterAll(async () => {
  await Promise.allSettled([postgres?.stop(), sshd?.stop(), poor?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

function loginAt(server: Sshd): Record<string, string> {
  return { BACKUP_REPOSITORY: server.url(`pg-${nth}`), SFTP_HOST_KEY: server.hostKey, SFTP_PRIVATE_KEY: server.key };
}

beforeEach(() => {
  nth += 1;
});

async function run(words: readonly string[], more: Record<string, string> = {}) {
  const end = await runCli([...words, '--json'], { ...env, ...more });
  return { ...end, json: end.stdout === '' ? undefined : JSON.parse(end.stdout) };
}

async function labels(more: Record<string, string> = {}): Promise<string[]> {
  const listed = await run(['list'], more);
  expect(listed.status, listed.stderr).toBe(0);
  return listed.json.result.repositories[0].backups.map(({ label }: { label: string }) => label);
}

describe.each([
  ['an OpenSSH server', () => sshd],
  ['a server without extensions', () => poor],
])('on %s', (_, server) => {
  test('an encrypted backup is made, listed, verified, restored and rotated', async () => {
    const at = loginAt(server());
    const checked = await run(['check'], at);
    expect(checked.status, checked.stdout + checked.stderr).toBe(0);
    const first = await run(['backup', '--split-tables', 'off'], at);
    expect(first.status, first.stderr).toBe(0);
    const second = await run(['backup'], at);
    expect(second.status, second.stderr).toBe(0);
    expect(await labels(at)).toHaveLength(2);

    const verified = await run(['verify', 'latest', '--level', 'content'], { ...at, ...secrets });
    expect(verified.status, verified.stderr).toBe(0);
    const into = `copy of ${server().port}`;
    const restored = await run(['restore', 'latest', '--into', into], { ...at, ...secrets });
    expect(restored.status, restored.stderr).toBe(0);
    const sum = 'SELECT count(*), sum(n) FROM t';
    expect(await postgres.psql(sum, into)).toBe(await postgres.psql(sum, 'app'));

    const keep = ['--keep-days', '0', '--keep-last', '1', '--keep-minimum', '1', '--force'];
    const pruned = await run(['prune', ...keep], at);
    expect(pruned.status, pruned.stderr).toBe(0);
    expect(await labels(at)).toHaveLength(1);
    expect((await readdir(join(server().data, `pg-${nth}/.unfinished`))).length).toBe(0);
    expect((await run(['status'], at)).status).toBe(0);
    const [logged] = (await run(['log'], at)).json.result.repositories;
    const kinds = logged.entries.map(({ kind }: { kind: string }) => kind);
    expect(kinds).toEqual(['deleted', 'restored', 'verify-content-ok']);
  });
});

test('a differential is made of what changed, and read with its full', async () => {
  const at = { ...loginAt(sshd), BACKUP_REPOSITORY: sshd.url(`sets-${nth}`), INCREMENTAL_BACKUP: 'true' };
  const dedup = { BACKUP_DEDUP_SECRET: await readFile(join(folder, 'backup-dedup-secret.txt'), 'utf8') };
  const made: { totals: { storedBytes: number } }[] = [];
  for (let runs = 0; runs < 2; runs += 1)
    made.push((await run(['backup'], { ...at, ...dedup })).json.result.backups[0]);
  const [full, differential] = made.map(({ totals }) => totals.storedBytes) as [number, number];
  expect(differential).toBeLessThan(full / 20);
  expect((await run(['verify', 'latest', '--level', 'content'], { ...at, ...secrets })).status).toBe(0);
});

test('a server whose key is not given is refused with 2, and its key shown with the option that pins it', async () => {
  const { SFTP_HOST_KEY: _, ...rest } = env;
  const { status, stderr } = await runCli(['list'], rest);
  expect(status).toBe(2);
  expect(stderr).toContain(sshd.hostKey);
  expect(stderr).toContain('--sftp-host-key');
});

test('another host key, another login key or a password in the URL ends with 2', async () => {
  expect((await run(['list'], { SFTP_HOST_KEY: poor.hostKey })).json).toMatchObject({
    exit: 2,
    error: { code: 'storage-host-key' },
  });
  expect((await run(['list'], { SFTP_PRIVATE_KEY: poor.key })).json).toMatchObject({
    exit: 2,
    error: { code: 'storage-credentials' },
  });
  expect(
    (await run(['list'], { BACKUP_REPOSITORY: `${sshd.url('').replace('nobody@', 'nobody:CANARY@')}` })).stderr,
  ).toMatch(/holds a password: set BACKUP_SFTP_PASSWORD instead/);
});

test('without anything to log in with, the settings are wrong', async () => {
  const { SFTP_PRIVATE_KEY: _, ...rest } = env;
  const { status, stderr } = await runCli(['list'], rest);
  expect(status).toBe(2);
  expect(stderr).toMatch(/nothing is given to log in to '127\.0\.0\.1'/);
});

test('the flags do what the variables do', async () => {
  const { SFTP_PRIVATE_KEY: _, SFTP_HOST_KEY: __, ...rest } = env;
  const flags = ['--sftp-key', sshd.keyFile, '--sftp-host-key', sshd.knownHosts];
  const { status, stderr } = await runCli(['list', ...flags], rest);
  expect(status, stderr).toBe(0);
});

describe('a connection that ends while a backup runs', () => {
  /** More than the small objects have, and less than a segment. */
  const cutAfterBytesSent = 1_000_000;
  let proxy: TcpProxy;
  beforeAll(async () => {
    proxy = await startTcpProxy(sshd);
  });
  afterAll(() => proxy.stop());

  const through = (path: string) => sshd.url(path).replace(`:${sshd.port}`, `:${proxy.port}`);

  test('once: the backup goes on over another one', async () => {
    proxy.set({ cutAfterBytesSent, connections: 1 });
    const made = await run(['backup', '--no-prune'], {
      BACKUP_REPOSITORY: through(`cut-${nth}`),
      BACKUP_RETRY_FOR: '2min',
    });
    expect(made.status, made.stderr).toBe(0);
    expect(proxy.connections).toBeGreaterThan(1);
    const at = { BACKUP_REPOSITORY: sshd.url(`cut-${nth}`) };
    expect(await labels(at)).toHaveLength(1);
    const verified = await run(['verify', 'latest', '--level', 'content'], { ...at, ...secrets });
    expect(verified.status, verified.stderr).toBe(0);
  });

  test('again and again: 75, and no backup is listed', async () => {
    proxy.set({ cutAfterBytesSent });
    const made = await run(['backup', '--no-prune'], {
      BACKUP_REPOSITORY: through(`gone-${nth}`),
      BACKUP_RETRY_FOR: '2s',
    });
    expect(made.status, made.stderr).toBe(75);
    expect(made.json.error.code).toBe('storage-unreachable');
    expect(await labels({ BACKUP_REPOSITORY: sshd.url(`gone-${nth}`) })).toEqual([]);
  });
});

test('a dump of the old scripts is restored from where it lies on the server', async () => {
  await postgres.psql('CREATE TABLE IF NOT EXISTS old AS SELECT 42 AS n', 'app');
  const dump = ['--no-owner', '--table', 'old', '--file', join(sshd.data, 'old.sql'), 'app'];
  await runProgram(join(postgres.binDir, 'pg_dump'), dump, { env: postgres.env });
  const restored = await run(['restore', sshd.url('old.sql'), '--into', 'from an old file']);
  expect(restored.status, restored.stderr).toBe(0);
  expect(await postgres.psql('SELECT n FROM old', 'from an old file')).toBe('42');
});
