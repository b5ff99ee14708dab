import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli, serverVariables } from './run-cli.ts';

let postgres: Postgres;
let folder: string;
let passwordFile: string;
let env: Record<string, string>;

beforeAll(async () => {
  postgres = await startPostgres({ major: 18 });
  folder = await mkdtemp(join(tmpdir(), 'password-command-'));
  passwordFile = join(folder, 'password');
  const { PG_PASSWORD: _, ...server } = serverVariables(postgres);
  env = {
    HOME: folder,
    TMPDIR: folder,
    ...server,
    PG_USER: 'changing',
    PG_DB: 'app',
    BACKUP_ENCRYPTION: 'none',
    BACKUP_REPOSITORY: join(folder, 'repository'),
    BACKUP_PASSWORD_COMMAND: `cat ${passwordFile}`,
  };
  await postgres.createDatabase('app');
  await postgres.psql('CREATE TABLE t AS SELECT generate_series(1, 1000) n; SELECT lo_create(0)', 'app');
  await postgres.createRole('changing', 'SUPERUSER LOGIN');
  await setPassword('first');
});
afterAll(async () => {
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function setPassword(password: string): Promise<void> {
  await postgres.psql(`ALTER ROLE changing PASSWORD '${password}'`);
  await writeFile(passwordFile, `${password}\n`);
}

test('a password that changes during a backup is asked again for the connections after it', async () => {
  const args = ['--no-psqlrc', 'app'];
  const holder = spawn(join(postgres.binDir, 'psql'), args, {
    env: { ...postgres.env },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  holder.stdin.write('BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE;\n');
  await postgres.until(
    "EXISTS (SELECT FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 't'::regclass)",
    'app',
  );
  const running = runCli(['backup', '--lock-timeout', '60s'], env);
  await postgres.until('EXISTS (SELECT FROM pg_locks WHERE NOT granted)', 'app');
  await setPassword('second');
  await sleep(3500); // longer than a password is kept
  holder.stdin.end();
  await once(holder, 'exit');
  const made = await running;
  expect(made.stderr).not.toContain('WARN');
  expect(made.status, made.stderr).toBe(0);
  const connections = postgres.log().match(/password authentication failed/g) ?? [];
  expect(connections).toEqual([]);
});

test('a restore asks for it as well', async () => {
  const restored = await runCli(['restore', 'latest', '--into', 'copy'], env);
  expect(restored.status, restored.stderr).toBe(0);
  expect(await postgres.psql('SELECT count(*) FROM t', 'copy')).toBe('1000');
});

test('a command that fails or lies is an error, and nothing is stored', async () => {
  const failing = await runCli(['check'], { ...env, BACKUP_PASSWORD_COMMAND: 'echo no session >&2; exit 1' });
  expect(failing.stdout + failing.stderr).toContain('the command for the password ended with status 1: no session');
  expect(failing.status).not.toBe(0);
  const wrong = await runCli(['backup'], { ...env, BACKUP_PASSWORD_COMMAND: 'echo SEKRET' });
  expect(wrong.stderr).toContain('password authentication failed');
  expect(wrong.stderr).not.toContain('SEKRET');
  expect(wrong.status).toBe(2);
  const both = await runCli(['backup'], { ...env, PG_PASSWORD: 'SEKRET' });
  expect(both.stderr).toContain('PG_PASSWORD gives a password, but so does BACKUP_PASSWORD_COMMAND');
  expect(both.status).toBe(2);
});
