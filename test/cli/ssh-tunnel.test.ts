import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Postgres, run, type Sshd, startPostgres, startSshd } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli, serverVariables } from './run-cli.ts';

let postgres: Postgres;
let sshd: Sshd;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  [postgres, sshd] = await Promise.all([startPostgres({ major: 18 }), startSshd({ forwards: true })]);
  folder = await mkdtemp(join(tmpdir(), 'tunnel-'));
  await postgres.createDatabase('app');
  await postgres.psql('CREATE TABLE t AS SELECT generate_series(1, 1000) n; SELECT lo_create(0)', 'app');
  await useTls();
  env = {
    ...{ HOME: folder, TMPDIR: folder, ...serverVariables(postgres), PG_HOST: 'localhost', PG_DB: 'app' },
    ...{ PGSSLMODE: 'verify-full', PGSSLROOTCERT: join(folder, 'server.crt') },
    ...{ BACKUP_ENCRYPTION: 'none', BACKUP_REPOSITORY: join(folder, 'repository') },
    ...{ BACKUP_SSH_TUNNEL: `${sshd.user}@127.0.0.1:${sshd.port}`, BACKUP_SSH_KEY: sshd.key },
    BACKUP_SSH_KNOWN_HOSTS: sshd.knownHosts,
  };
});
afterAll(async () => {
  await postgres?.stop();
  await sshd?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function useTls(): Promise<void> {
  const [key, certificate] = [join(folder, 'server.key'), join(folder, 'server.crt')];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-keyout', key];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  await run('openssl', ['req', '-x509', ...made, '-out', certificate, ...names]);
  for (const name of ['server.key', 'server.crt']) {
    const path = join(postgres.dataDir, name);
    await copyFile(join(folder, name), path);
    await chmod(path, 0o600);
    await chown(path, 65534, 65534);
  }
  await postgres.psql('ALTER SYSTEM SET ssl = on');
  await postgres.restart();
}

/** The processes of ssh that go to our server. */
async function sshProcesses(): Promise<readonly string[]> {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(all.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines
    .filter((line) => line.startsWith('ssh\0') || /\/ssh\0/.test(line))
    .filter((line) => line.includes(`\0${sshd.port}\0`));
}

async function untilNoneRuns(): Promise<void> {
  while ((await sshProcesses()).length > 0) await sleep(20);
}

/** Runs a backup that waits for a lock, and acts then. */
async function whileWaiting(act: (child: ChildProcess) => unknown) {
  const holder = spawn(join(postgres.binDir, 'psql'), ['--no-psqlrc', 'app'], {
    env: { ...postgres.env },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  holder.stdin.write('BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE;\n');
  await postgres.until("EXISTS (SELECT FROM pg_locks WHERE granted AND relation = 't'::regclass)", 'app');
  try {
    return await runCli(['backup', '--json'], env, (child) => {
      const waiting = postgres.until(
        "EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 't'::regclass)",
        'app',
      );
      void waiting.then(() => act(child));
    });
  } finally {
    holder.stdin.end();
    await once(holder, 'exit');
  }
}

test('check, backup and restore go through it, and TLS verifies the name of the server', async () => {
  const checked = await runCli(['check'], env);
  expect(checked.status, checked.stdout + checked.stderr).toBe(0);
  expect(sshd.log()).toMatch(/Accepted publickey for nobody/);
  const made = await runCli(['backup', '--json'], env);
  expect(made.status, made.stderr).toBe(0);
  expect(JSON.parse(made.stdout).result.backups[0].server).toBe(`localhost:${postgres.port}`);
  const restored = await runCli(['restore', 'latest', '--into', 'copy'], env);
  expect(restored.status, restored.stderr).toBe(0);
  expect(await postgres.psql('SELECT count(*) FROM t', 'copy')).toBe('1000');
  expect(await sshProcesses()).toEqual([]);
  const otherName = await runCli(['check'], { ...env, PG_HOST: '127.0.0.1' });
  expect([otherName.status, otherName.stdout]).toEqual([2, expect.stringContaining('does not match host name')]);
  const bySocket = { ...env, PG_HOST: postgres.socketDir, PGSSLMODE: 'disable' };
  const checkedBySocket = await runCli(['check'], bySocket);
  expect(checkedBySocket.status, checkedBySocket.stdout).toBe(0);
});

test('a server whose key is unknown, a wrong key and a closed port are errors that say what to do', async () => {
  const other = join(folder, 'other key "%h"');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other]);
  const strange = sshd.knownHosts.replace(/ssh-ed25519 .*/, await readFile(`${other}.pub`, 'utf8'));
  const cases = [
    [{ BACKUP_SSH_KNOWN_HOSTS: strange }, 2, 'Host key verification failed', 'compare the key of the SSH server'],
    [{ BACKUP_SSH_KNOWN_HOSTS: '/dev/null' }, 2, 'Host key verification failed', 'compare the key of the SSH server'],
    [{ BACKUP_SSH_KEY: other }, 2, 'Permission denied', 'give the key of this account'],
    [{ BACKUP_SSH_TUNNEL: 'nobody@127.0.0.1:1' }, 75, 'Connection refused', 'try the same with ssh'],
    [{ BACKUP_SSH_TUNNEL: '-oProxyCommand=x' }, 2, 'is not user@host', ''],
    [{ PG_HOST: 'one,two' }, 2, 'one server', ''],
    [{ PATH: folder }, 2, "program 'ssh' cannot be started", 'openssh-client'],
  ] as const;
  for (const [changed, exit, message, hint] of cases) {
    const end = await runCli(['backup'], { ...env, ...changed });
    expect(end.stderr).toContain(message);
    expect(end.stderr).toContain(hint);
    expect(end.status, end.stderr).toBe(exit);
  }
});

test('when it breaks in the middle, that is the error, and nothing is stored', async () => {
  const { status, stdout } = await whileWaiting(() => sshd.cut());
  const { error } = JSON.parse(stdout);
  expect([status, error.code]).toEqual([75, 'tunnel-failed']);
  expect(error.message).toContain(`the SSH tunnel through 'nobody@127.0.0.1' ended: `);
  await untilNoneRuns();
});

test('a cancel and a SIGKILL leave no ssh', async () => {
  let running = 0;
  const cancelled = await whileWaiting(async (child) => {
    running = (await sshProcesses()).length;
    child.kill('SIGTERM');
  });
  expect([running, cancelled.status, await sshProcesses()]).toEqual([1, 143, []]);
  await whileWaiting((child) => child.kill('SIGKILL'));
  await untilNoneRuns();
});
