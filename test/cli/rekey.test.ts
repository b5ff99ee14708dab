import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginGpgHome, type GpgHome } from '../openpgp/gpg-home.ts';
import { runCli, serverVariables } from './run-cli.ts';

let postgres: Postgres;
let folder: string;
let homes: Record<'old' | 'next', GpgHome>;
let job: Record<string, string>;
let old: Record<string, string>;
let next: Record<string, string>;

const PASS = 'one';
const read = (...parts: string[]) => readFile(join(folder, ...parts), 'utf8');

beforeAll(async () => {
  postgres = await startPostgres({ major: 18 });
  await postgres.createDatabase('shop');
  const rows = `SELECT n, md5(n::text) || md5(random()::text) AS text FROM generate_series(1, 350000) n`;
  await postgres.psql(`CREATE TABLE t AS ${rows}`, 'shop');
  folder = await mkdtemp(join(tmpdir(), 'rekey-'));
  homes = { old: beginGpgHome(), next: beginGpgHome() };
  job = {
    ...{ HOME: folder, TMPDIR: folder, BACKUP_REPOSITORY: join(folder, 'repository'), BACKUP_NAME: 'shop' },
    ...{ ...serverVariables(postgres), INCREMENTAL_BACKUP: 'true', BACKUP_SEGMENT_SIZE: '8MiB' },
  };
  for (const key of ['old', 'next'] as const) {
    const made = await runCli(['keygen', '--output', join(folder, key)], {
      HOME: folder,
      BACKUP_PRIVATE_KEY_PASSPHRASE: PASS,
    });
    expect(made.status, made.stderr).toBe(0);
    await homes[key].gpg(['--passphrase', PASS, '--import'], await read(key, 'backup-private.asc'));
  }
  old = { ...job, BACKUP_PRIVATE_KEY: await read('old/backup-private.asc'), BACKUP_PRIVATE_KEY_PASSPHRASE: PASS };
  next = { ...job, BACKUP_PRIVATE_KEY: await read('next/backup-private.asc'), BACKUP_PRIVATE_KEY_PASSPHRASE: PASS };
  for (const sql of ['SELECT 1', "UPDATE t SET text = 'changed' WHERE n < 50"]) {
    await postgres.psql(sql, 'shop');
    await backUp('old');
  }
  await keep('begun');
});
afterAll(async () => {
  await postgres?.stop();
  for (const home of Object.values(homes ?? {})) home.end();
  await rm(folder, { recursive: true, force: true });
});

/** Keeps the repository as it is, for a test that begins with that at each try. */
const keep = (name: string) => copyFolder('repository', name);
const beginWith = (name: string) => copyFolder(name, 'repository');

async function copyFolder(from: string, to: string): Promise<void> {
  await rm(join(folder, to), { recursive: true, force: true });
  await cp(join(folder, from), join(folder, to), { recursive: true, preserveTimestamps: true });
}

async function done(words: readonly string[], env: Record<string, string>) {
  const { status, stdout, stderr } = await runCli([...words, '--json'], env);
  expect([status, stderr]).toEqual([0, expect.anything()]);
  return JSON.parse(stdout).result;
}

async function backUp(key: string) {
  const keys = {
    BACKUP_PUBLIC_KEY: await read(key, 'backup-public.asc'),
    BACKUP_DEDUP_SECRET: await read('old/backup-dedup-secret.txt'),
  };
  return (await done(['backup', '--dbname', 'shop'], { ...job, ...keys })).backups[0];
}

async function messages(): Promise<string[]> {
  const data = join(folder, 'repository/shop/data');
  const labels = await readdir(data);
  const files = await Promise.all(
    labels.map(async (label) => (await readdir(join(data, label))).map((one) => join(data, label, one))),
  );
  return files.flat().filter((file) => file.endsWith('.gpg'));
}

const listed = async () =>
  (await done(['list'], job)).repositories[0].backups as { label: string; parent: string | null }[];
const sums = (name: string) => postgres.psql('SELECT count(*), sum(hashtext(t::text)) FROM t', name);
const toNext = () => ['rekey', '--all', '--public-key', join(folder, 'next/backup-public.asc')];

test('a run that is killed leaves the former backups whole', async () => {
  await beginWith('begun');
  const before = (await listed()).map(({ label }) => label);
  const data = join(folder, 'repository/shop/data');
  const slow = { ...old, BACKUP_LIMIT_RATE: '2MiB' }; // it takes many seconds on any machine
  const killed = await runCli(toNext(), slow, (child) => {
    void (async () => {
      while (child.exitCode === null && child.signalCode === null) {
        const labels = (await readdir(data)).filter((label) => !before.includes(label));
        const objects = labels[0] === undefined ? [] : await readdir(join(data, labels[0])).catch(() => []);
        if (objects.length >= 2) child.kill('SIGKILL');
        await sleep(1);
      }
    })();
  });
  expect(killed.status).toBeNull();
  expect((await listed()).map(({ label }) => label)).toEqual(before);
  await done(['verify', '--all', '--level', 'content'], old);
  for (const label of (await readdir(data)).filter((one) => !before.includes(one)))
    await rm(join(data, label), { recursive: true });
});

test('a set is for the new key alone: gpg reads every object with it, and none with the old one', async () => {
  await beginWith('begun');
  const before = await listed();
  const { repositories } = await done(toNext(), old);
  const [{ backups }] = repositories;
  expect(backups).toHaveLength(2);
  const after = await listed();
  expect(after.map(({ label }) => label)).toEqual(backups.map((one: { newLabel: string }) => one.newLabel).reverse());
  expect(after.map(({ label }) => label.slice(0, -6))).toEqual(before.map(({ label }) => label.slice(0, -6)));
  const files = await messages();
  expect(files.length).toBeGreaterThan(4);
  for (const file of files) {
    const message = await readFile(file);
    const frame = await homes.next.gpg(['--passphrase', PASS, '--decrypt'], message);
    expect(execFileSync('zstd', ['-dc'], { input: frame, maxBuffer: 1 << 28 }).length).toBeGreaterThan(0);
    await expect(homes.old.gpg(['--passphrase', PASS, '--decrypt'], message), file).rejects.toThrow(
      /No secret key|no secret key/,
    );
  }
  await done(['verify', '--all', '--level', 'content'], next);
  await done(['restore', 'latest', '--into', 'with_next'], next);
  expect(await sums('with_next')).toBe(await sums('shop'));
  const refused = await runCli(['restore', 'latest', '--into', 'with_old'], old);
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('does not open this backup')]);
  expect((await done(toNext(), next)).repositories[0].backups).toMatchObject([{ newLabel: null }, { newLabel: null }]);
  await keep('rekeyed');
});

test('the next backup is a full, and a differential of that follows', async () => {
  await beginWith('rekeyed');
  expect(await backUp('next')).toMatchObject({ type: 'full' });
  expect(await backUp('next')).toMatchObject({ type: 'differential' });
  await done(['verify', '--all', '--level', 'content'], next);
});

test.each([
  ['no recipients', ['rekey', '--all'], 'no recipients are given'],
  ['no backup', ['rekey'], 'no backup is chosen'],
  ['both', ['rekey', 'backup_20260301_021700_1a2b3c', '--all'], 'both a backup and --all'],
])('%s is refused with exit 2', async (what, words, text) => {
  const key = what === 'no recipients' ? [] : ['--public-key', join(folder, 'next/backup-public.asc')];
  const end = await runCli([...words, ...key], old);
  expect([end.status, end.stderr]).toEqual([2, expect.stringContaining(text)]);
});

test('without a private key, and with one that opens nothing, nothing is changed', async () => {
  const before = await listed();
  for (const env of [job, old]) {
    const end = await runCli([...toNext().slice(0, 2), '--public-key', join(folder, 'old/backup-public.asc')], env);
    expect(end.status, end.stderr).toBe(2);
  }
  expect((await listed()).map(({ label }) => label)).toEqual(before.map(({ label }) => label));
});
