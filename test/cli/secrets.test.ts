import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BACKUPER_PROGRAM,
  type Postgres,
  startPostgres,
  startWebReceiver,
  type WebReceiver,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliEnd, runCli } from './run-cli.ts';

const CANARY = 'CaNaRy';
/** 32 bytes in base64. */
const DEDUP_SECRET = `${CANARY}${'0123456789abcdefghijklmnopqrstuvwxy'}AA=`;
let postgres: Postgres;
let folder: string;
let keys: string;
let env: Record<string, string>;
let web: WebReceiver;

beforeAll(async () => {
  postgres = await startPostgres({ major: 18, password: `${CANARY}-password` });
  await postgres.createDatabase('app');
  await postgres.psql('CREATE TABLE t AS SELECT n, md5(n::text) FROM generate_series(1, 200000) n', 'app');
  web = await startWebReceiver();
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
  keys = await mkdtemp(join(tmpdir(), 'secrets-keys-'));
  const passphrase = `${CANARY}-passphrase`;
  await runCli(['keygen', '--output', keys], { HOME: folder, BACKUP_PRIVATE_KEY_PASSPHRASE: passphrase });
  const armored = readFileSync(join(keys, 'backup-private.asc'), 'utf8');
  env = {
    HOME: folder,
    TMPDIR: folder,
    DATABASE_URL: `postgres://postgres:${CANARY}-password@127.0.0.1:${postgres.port}/app`,
    BACKUP_LIVE_URL: `postgres://postgres:${CANARY}-password@127.0.0.1:${postgres.port}/app`,
    PG_PASSWORD: `${CANARY}-password`,
    PG_BIN_DIR: postgres.binDir,
    MINIO_ACCESS_KEY: `${CANARY}-access`,
    MINIO_SECRET_KEY: `${CANARY}-secret`,
    AWS_SECRET_ACCESS_KEY: `${CANARY}-aws`,
    AWS_SESSION_TOKEN: `${CANARY}-token`,
    BACKUP_REPOSITORY: join(folder, 'repository'),
    BACKUP_NOTIFY: ['heartbeat', 'discord', 'webhook']
      .map((kind) => `${kind}+http://u:${CANARY}@127.0.0.1:${web.port}/${CANARY}?${CANARY}=1#${CANARY}`)
      .join('\n'),
    BACKUP_NOTIFY_ON: 'success,failure',
    BACKUP_METRICS_PUSH: `http://${CANARY}:${CANARY}@127.0.0.1:${web.port}/${CANARY}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${web.port}/otlp`,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=${CANARY}`,
    BACKUP_PUBLIC_KEY: readFileSync(join(keys, 'backup-public.asc'), 'utf8'),
    BACKUP_PRIVATE_KEY: armored,
    BACKUP_PRIVATE_KEY_PASSPHRASE: passphrase,
    BACKUP_DEDUP_SECRET: DEDUP_SECRET,
    INCREMENTAL_BACKUP: 'true',
    BACKUP_SIGNING_KEY: armored,
    BACKUP_SIGNING_KEY_PASSPHRASE: passphrase,
  };
});
afterAll(async () => {
  await postgres?.stop();
  await web?.stop();
  for (const path of [folder, keys]) await rm(path, { recursive: true, force: true });
});

const COMMANDS = [
  ['check'],
  ['backup', '--verbose'],
  ['backup', '--verbose', '--json'],
  ['list', '--json'],
  ['verify', '--level', 'content', '--json'],
  ['restore', 'latest', '--into', 'copy', '--compare-live', '0'],
  ['status'],
  ['prune', '--dry-run'],
];

test('no secret is said, passed as an argument, given to a child that need not have it, stored or left', async () => {
  for (const args of COMMANDS) {
    const { end, seen } = await watched(args, env);
    expect(end.stderr + end.stdout, args.join(' ')).not.toContain(CANARY);
    expect(end.status, `${args.join(' ')}: ${end.stderr}`).toBe(0);
    for (const child of seen.values()) {
      expect(child.arguments).not.toContain(CANARY);
      expect(child.environment.filter((line) => line.includes(CANARY) && !line.startsWith('PGPASSWORD='))).toEqual([]);
    }
    if (args[0] === 'backup') expect(seen.size).toBeGreaterThan(1);
  }
  expectCleanMessages();
  expect(filesWith(CANARY)).toEqual([]);
  expect(filesWith('BEGIN PGP PRIVATE KEY')).toEqual([]);
  expect(filesWith(Buffer.from(DEDUP_SECRET, 'base64'))).toEqual([]);
  const listed = await runCli(['list', '--json'], env);
  expect(listed.stdout, 'with the secret a differential was made').toContain('"differential"');
});

test('a failing command says no secret either', async () => {
  const wrong = {
    ...env,
    DATABASE_URL: `postgres://postgres:${CANARY}-wrong@127.0.0.1:${postgres.port}/app`,
    PG_PASSWORD: '',
  };
  const odd = { ...env, DATABASE_URL: `postgres://postgres:${CANARY}@${CANARY}@127.0.0.1/app` };
  const noS3 = { ...env, BACKUP_REPOSITORY: 's3://bucket/p', MINIO_ENDPOINT: '127.0.0.1:1', BACKUP_RETRY_FOR: '1s' };
  const badKey = {
    ...env,
    BACKUP_PUBLIC_KEY: `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${CANARY}\n-----END PGP PUBLIC KEY BLOCK-----`,
  };
  const badPassphrase = { ...env, BACKUP_SIGNING_KEY_PASSPHRASE: `${CANARY}-wrong` };
  const { PG_PASSWORD: _password, DATABASE_URL: _url, ...rest } = env;
  const misplaced = [
    { ...env, PG_PASSWORD: '', PG_PASSWORD_FILE: `${CANARY}-password` },
    { ...env, BACKUP_PUBLIC_KEY: `${CANARY}-passphrase` },
    { ...env, BACKUP_PASSPHRASE: `${CANARY}\n${CANARY}` },
    { ...rest, PG_DB: `host=127.0.0.1 password=${CANARY}` },
    { ...rest, PG_PORT: CANARY },
  ];
  const reports = ['result', 'junit', 'summary', 'metrics', 'dotenv'];
  const files = reports.flatMap((kind) => [`--${kind}-file`, join(folder, `report-${kind}`)]);
  for (const one of [wrong, odd, noS3, badKey, badPassphrase, ...misplaced]) {
    const end = await runCli(['backup', '--verbose', '--json', ...files], one);
    expect(end.status).not.toBe(0);
    expect(end.stderr + end.stdout).not.toContain(CANARY);
  }
  const full = await runCli(['backup', '--verbose', '--json', ...files], {
    ...env,
    BACKUP_DEDUP_SECRET: `${CANARY}-short`,
  });
  expect(full).toMatchObject({ status: 0, stderr: expect.stringContaining('BACKUP_DEDUP_SECRET is not 32 bytes') });
  expect(full.stderr + full.stdout).not.toContain(CANARY);
  const label = await runCli(['restore', CANARY, ...files], env);
  expect(label.status).toBe(2);
  expect(label.stderr + label.stdout).not.toContain(CANARY);
  expect(filesWith(CANARY)).toEqual([]);
  expectCleanMessages();
});

/** Messages came, and their texts hold no secret. */
function expectCleanMessages(): void {
  expect(web.received.length).toBeGreaterThan(3);
  expect(web.received.filter(({ body }) => body.includes(CANARY))).toEqual([]);
  web.received.length = 0;
}

test('a secret in a file works and is not said', async () => {
  const file = join(keys, 'password');
  await writeFile(file, `${CANARY}-password\n`);
  const { DATABASE_URL: _url, PG_PASSWORD: _password, ...rest } = env;
  const server = { PG_HOST: '127.0.0.1', PG_PORT: String(postgres.port), PG_USER: 'postgres', PG_DB: 'app' };
  const end = await runCli(['backup', '--password-file', file], { ...rest, ...server });
  expect(end.stderr + end.stdout).not.toContain(CANARY);
  expect(end.status).toBe(0);
});

test('a password that a command prints is in no text, argument, file or child but the client programs', async () => {
  const file = join(keys, 'asked-password');
  await writeFile(file, `${CANARY}-password\n`);
  const { DATABASE_URL: _url, PG_PASSWORD: _password, BACKUP_LIVE_URL: _live, ...rest } = env;
  const server = { PG_HOST: '127.0.0.1', PG_PORT: String(postgres.port), PG_USER: 'postgres', PG_DB: 'app' };
  const asking = { ...rest, ...server, AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '' };
  const { end, seen } = await watched(['backup', '--verbose', '--password-command', `cat ${file}`], asking);
  expect(end.stderr + end.stdout).not.toContain(CANARY);
  expect(end.status, end.stderr).toBe(0);
  const children = [...seen.values()];
  for (const child of children) {
    expect(child.arguments).not.toContain(CANARY);
    expect(child.environment.filter((line) => line.includes(CANARY) && !line.startsWith('PGPASSWORD='))).toEqual([]);
  }
  expect(children.some(({ environment }) => environment.includes(`PGPASSWORD=${CANARY}-password`))).toBe(true);
  const failing = await runCli(['backup', '--password-command', `cat ${file}; cat ${file} >&2; exit 1`], asking);
  expect(failing.stderr + failing.stdout).not.toContain(CANARY);
  expect(failing.status).toBe(75);
  expect(failing.stderr).toContain('the command for the password ended with status 1');
  expect(filesWith(CANARY)).toEqual([]);
  web.received.length = 0;
});

interface Child {
  readonly arguments: string;
  readonly environment: readonly string[];
}

/** Looks at the descendants again and again while the command runs. */
async function watched(args: readonly string[], variables: Record<string, string>) {
  const seen = new Map<string, Child>();
  let timer: NodeJS.Timeout | undefined;
  const end: CliEnd = await runCli(args, variables, ({ pid }) => {
    timer = setInterval(() => {
      for (const child of descendants(String(pid))) look(child, seen);
    }, 5);
  });
  clearInterval(timer);
  return { end, seen };
}

function descendants(pid: string): readonly string[] {
  const read = (task: string): string[] => {
    const children = attempt(() => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8'));
    return children?.trim().split(' ').filter(Boolean) ?? [];
  };
  const tasks = attempt(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  const direct = tasks.flatMap(read);
  return [...direct, ...direct.flatMap(descendants)];
}

function look(pid: string, seen: Map<string, Child>): void {
  const text = (name: string) => attempt(() => readFileSync(`/proc/${pid}/${name}`, 'utf8'));
  const command = text('cmdline');
  // between fork and exec a child still shows its parent's
  if (!command || command.includes(BACKUPER_PROGRAM)) return;
  seen.set(pid, { arguments: command, environment: (text('environ') ?? '').split('\0') });
}

function attempt<Value>(act: () => Value): Value | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

function filesWith(text: string | Buffer): readonly string[] {
  const files = readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)));
  return files.filter((path) => statSync(path).isFile() && readFileSync(path).includes(text));
}
