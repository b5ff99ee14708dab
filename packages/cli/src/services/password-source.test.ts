import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, resolveSettings } from '@postgres-backuper/options';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realClock } from '../real-clock.ts';
import { passwordSource } from './password-source.ts';
import { createServer } from './server.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-password-source-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function resolve(environment: Environment) {
  return resolveSettings({ command: 'backup', environment, flags: new Map() });
}

/** With a clock that keeps a password for 50 ms. */
function sourceOf(command: string, others: Environment = {}, server: Readonly<Record<string, string>> = {}) {
  const environment = { PATH: '/usr/bin:/bin', BACKUP_PASSWORD_COMMAND: command, ...others };
  const clock = {
    ...realClock,
    sleep: (delayMs: number, options = {}) => realClock.sleep(delayMs === 3000 ? 50 : delayMs, options),
  };
  const source = passwordSource(
    { resolved: resolve(environment), environment, server },
    { clock, signal: new AbortController().signal },
  );
  if (source === undefined) throw new Error('no source');
  return source;
}

test('sessions that open together ask once; later ones ask again', async () => {
  const file = join(folder, 'asked');
  const ask = sourceOf(`echo x >> ${file}; wc -l < ${file} | tr -d ' '`);
  expect(await Promise.all([ask(), ask(), ask(), ask()])).toEqual(['1', '1', '1', '1']);
  await realClock.sleep(200);
  expect(await ask()).toBe('2');
  expect(readFileSync(file, 'utf8')).toBe('x\nx\n');
});

test('a failure is not kept', async () => {
  const file = join(folder, 'failed-once');
  const ask = sourceOf(`test -e ${file} && echo right || { touch ${file}; exit 1; }`);
  await expect(ask()).rejects.toMatchObject({ code: 'password-unavailable' });
  expect(await ask()).toBe('right');
});

test('the command sees the variables of the job and the server, not the secrets of this program', async () => {
  const others = {
    AWS_SESSION_TOKEN: 'for-aws',
    VAULT_TOKEN: 'for-vault',
    BACKUP_PASSPHRASE: 'CANARY',
    BACKUP_INPUT_PASSPHRASE: 'CANARY',
    INPUT_PASSPHRASE: 'CANARY',
    MINIO_SECRET_KEY: 'CANARY',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=CANARY',
    BACKUP_NOTIFY: 'https://h/CANARY',
  };
  const said = await sourceOf('env | tr "\\n" " "', others, { PGHOST: 'h', PGUSER: 'u', PGAPPNAME: 'a' })();
  for (const part of ['AWS_SESSION_TOKEN=for-aws', 'VAULT_TOKEN=for-vault', 'PGHOST=h', 'PGUSER=u'])
    expect(said).toContain(part);
  expect(said).not.toContain('CANARY');
});

test('a message of the command shows no secret', async () => {
  const others = { VAULT_TOKEN: 'hvs.CANARY', BACKUP_PASSPHRASE: 'CANARY two' };
  const ask = sourceOf('echo "bad hvs.CANARY, CANARY two" >&2; exit 1', others);
  await expect(ask()).rejects.toThrow('ended with status 1: bad ***, ***');
});

test('a password beside the command is an error that names both', () => {
  const environment = { BACKUP_PASSWORD_COMMAND: 'true', DATABASE_URL: 'postgres://u:CANARY@h/d' };
  expect(() => createServer(resolve(environment), environment)).toThrow(
    'DATABASE_URL gives a password, but so does BACKUP_PASSWORD_COMMAND: leave one of them out',
  );
  const without = { ...environment, DATABASE_URL: 'postgres://u@h/d' };
  expect(createServer(resolve(without), without).env).not.toHaveProperty('PGPASSWORD');
});
