import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCli, serverVariables } from './run-cli.ts';

let postgres: Postgres;
let folder: string;
let job: Record<string, string>;
let reader: Record<string, string>;

beforeAll(async () => {
  postgres = await startPostgres({ major: 18 });
  await postgres.createDatabase('app');
  await postgres.psql('CREATE TABLE t AS SELECT n, md5(n::text) FROM generate_series(1, 300000) n', 'app');
  await postgres.psql('CREATE TABLE still AS SELECT n, md5((-n)::text) FROM generate_series(1, 50000) n', 'app');
  folder = await mkdtemp(join(tmpdir(), 'incremental-'));
  const passphrase = { BACKUP_PRIVATE_KEY_PASSPHRASE: 'one' };
  const { status } = await runCli(['keygen', '--output', folder], { HOME: folder, ...passphrase });
  expect(status).toBe(0);
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  job = {
    ...serverVariables(postgres),
    ...{ HOME: folder, TMPDIR: folder, PGDATABASE: 'app' },
    BACKUP_PUBLIC_KEY: await read('backup-public.asc'),
    BACKUP_DEDUP_SECRET: await read('backup-dedup-secret.txt'),
    INCREMENTAL_BACKUP: 'true',
  };
  reader = { BACKUP_PRIVATE_KEY: await read('backup-private.asc'), ...passphrase };
});
beforeEach(async () => {
  job = { ...job, BACKUP_REPOSITORY: await mkdtemp(join(folder, 'repository-')) };
  reader = { ...reader, ...job };
});
afterAll(async () => {
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('the job with a public key and the secret makes differentials, and the private key restores one', async () => {
  const first = await runCli(['backup'], job);
  expect([first.status, first.stderr]).toEqual([
    0,
    expect.stringContaining('this is a full backup: there is no full yet'),
  ]);
  expect(first.stdout).toContain('  full backup: there is no full yet\n');
  await postgres.psql('INSERT INTO t SELECT n, md5(n::text) FROM generate_series(1, 1000) n', 'app');
  const second = await runCli(['backup', '--json'], job);
  expect([second.status, second.stderr]).toEqual([0, expect.stringContaining("this is a differential of 'backup_")]);
  const [made] = JSON.parse(second.stdout).result.backups;
  const { changedTables, sparedTables, newBytes, fullStoredBytes } = made.saving;
  expect(made).toMatchObject({ type: 'differential', parent: expect.stringMatching(/^backup_/), whyFull: null });
  expect(changedTables.map(({ table }: { table: string }) => table)).toEqual(['t']);
  expect(sparedTables.map(({ table }: { table: string }) => table)).toEqual(['t', 'still']);
  expect(sparedTables[1].newBytes).toBe(0);
  expect(newBytes).toBeGreaterThanOrEqual(changedTables[0].newBytes);
  expect(newBytes).toBeLessThan(made.totals.rawBytes / 10);
  expect(made.totals.storedBytes).toBeLessThan(fullStoredBytes / 10);
  const third = await runCli(['backup'], job);
  expect(third.stdout).toMatch(
    /^ {2}differential of backup_\w+: stored [\d.]+ KiB of [\d.]+ MiB \([\d.]+ % of its full\)\n {4}new: public\.t .* \([\d.]+ %\)\n {4}not stored again: public\.t .*, public\.still /m,
  );
  const verified = await runCli(['verify', '--level', 'content'], reader);
  expect(verified.status).toBe(0);
  const restored = await runCli(['restore', 'latest', '--into', 'again'], reader);
  expect([restored.status, restored.stderr]).toEqual([0, expect.anything()]);
  const sums = 'SELECT count(*), sum(hashtext(t::text)) FROM t';
  expect(await postgres.psql(sums, 'again')).toBe(await postgres.psql(sums, 'app'));
});

test('without the secret it makes a full, exits with 0, and says what to set', async () => {
  const { BACKUP_DEDUP_SECRET: _, ...without } = job;
  const { status, stderr, stdout } = await runCli(['backup'], without);
  const why = /full backup: INCREMENTAL_BACKUP needs a secret .*; set BACKUP_DEDUP_SECRET to that of keygen/;
  expect([status, stderr, stdout]).toEqual([0, expect.stringMatching(why), expect.stringMatching(why)]);
});

test('with a secret of another form it makes a full, exits with 0, and says what to set', async () => {
  const { status, stderr, stdout } = await runCli(['backup'], { ...job, BACKUP_DEDUP_SECRET: 'short' });
  const why = /full backup: BACKUP_DEDUP_SECRET is not 32 bytes .*; set it to that of keygen/;
  expect([status, stderr, stdout]).toEqual([0, expect.stringMatching(why), expect.stringMatching(why)]);
});

test('LAST_FULL_BACKUP makes a full when the last one is older, and when nobody can read it', async () => {
  const told = async (LAST_FULL_BACKUP: string) => {
    const { status, stdout } = await runCli(['backup'], { ...job, LAST_FULL_BACKUP, PGDATABASE: 'postgres' });
    expect(status).toBe(0);
    return /(?:full backup: |differential of ).*/.exec(stdout)?.[0];
  };
  expect(await told('')).toBe('full backup: there is no full yet');
  expect(await told('2024-03-15 02:15:00+00')).toMatch(/^differential of backup_/);
  expect(await told('2099-12-31')).toMatch(/^full backup: 'backup_\w+' is older than LAST_FULL_BACKUP$/);
  expect(await told('the last one')).toMatch(
    /^full backup: LAST_FULL_BACKUP is neither a time nor a label, e\.g\. 2024-03-15 02:15$/,
  );
});

test('check says whether differentials can be made', async () => {
  const { BACKUP_DEDUP_SECRET: _, ...without } = job;
  const said = async (env: Record<string, string>) => {
    const { status, stdout } = await runCli(['check'], env);
    return [status, stdout.split('\n').find((line) => line.includes('differentials'))];
  };
  expect(await said(job)).toEqual([0, expect.stringMatching(/^✓ differentials .*everything is set/)]);
  expect(await said(without)).toEqual([
    0,
    expect.stringMatching(/^! differentials .*INCREMENTAL_BACKUP needs a secret/),
  ]);
  expect(await said({ ...job, BACKUP_DEDUP_SECRET: 'short' })).toEqual([
    0,
    expect.stringMatching(/^! differentials .*each backup would be a full: BACKUP_DEDUP_SECRET is not 32 bytes/),
  ]);
  expect(await said({ ...without, INCREMENTAL_BACKUP: 'false' })).toEqual([0, undefined]);
});

test('tables are left unread only with differentials, and the check says what is missing', async () => {
  const alone = await runCli(['backup', '--skip-unchanged'], { ...job, INCREMENTAL_BACKUP: 'false' });
  expect([alone.status, alone.stderr]).toEqual([2, expect.stringContaining('--skip-unchanged is for --incremental')]);
  const without = await runCli(['backup', '--verify-skipped', '5'], job);
  expect([without.status, without.stderr]).toEqual([2, expect.stringContaining('is for --skip-unchanged')]);
  const checked = await runCli(['check', '--skip-unchanged'], job);
  expect(checked.stdout).toContain("every table will be read: the server's setting summarize_wal is off");
  const made = await runCli(['backup', '--skip-unchanged'], job);
  expect([made.status, made.stderr]).toEqual([0, expect.stringMatching(/every table is read|will read every table/)]);
});
