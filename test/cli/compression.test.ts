import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli, serverVariables } from './run-cli.ts';

let postgres: Postgres;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  postgres = await startPostgres({ major: 18 });
  await postgres.createDatabase('app');
  // 7 segments of 8 MiB, of which each takes some hundred kilobytes
  const row = 'g, repeat(md5((g % 1000)::text), 30), md5(g::text)';
  await postgres.psql(`CREATE TABLE t AS SELECT ${row} FROM generate_series(1, 56000) g`, 'app');
  folder = await mkdtemp(join(tmpdir(), 'compression-'));
  env = {
    HOME: folder,
    TMPDIR: folder,
    ...serverVariables(postgres),
    PG_DB: 'app',
    BACKUP_PASSPHRASE: 'of the test of compression',
  };
});
afterAll(async () => {
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function made(...args: readonly string[]) {
  const run = await runCli(['backup', '--no-prune', '--json', ...args], env);
  expect(run.status, run.stderr).toBe(0);
  return JSON.parse(run.stdout).result.backups[0];
}

test('a level is used for every segment, and a differential finds its rows in a full of another level', async () => {
  env = { ...env, BACKUP_REPOSITORY: await mkdtemp(join(folder, 'repository-')) };
  const first = await made();
  const { segments } = first.totals;
  expect(first.compression).toEqual({ asked: 'zstd:1', levels: [{ level: 1, segments }] });
  const smaller = await made('--incremental', '--compression', 'zstd:9');
  expect(smaller.compression).toEqual({ asked: 'zstd:9', levels: [{ level: 9, segments }] });
  expect(smaller.totals.storedBytes).toBeLessThan(first.totals.storedBytes * 0.95);
  await postgres.psql('INSERT INTO t SELECT * FROM t LIMIT 10', 'app');
  const differential = await made('--incremental', '--compression', 'zstd:3');
  expect(differential).toMatchObject({ type: 'differential', whyFull: null, parent: smaller.label });
  expect(differential.totals.storedBytes).toBeLessThan(smaller.totals.storedBytes / 2);
  const verified = await runCli(['verify', '--all', '--level', 'content'], env);
  expect(verified.status, verified.stderr).toBe(0);
});

test('auto says its levels, also of a backup that a limit holds up', async () => {
  const place = { ...env, BACKUP_REPOSITORY: join(folder, 'slow'), BACKUP_COMPRESSION: 'auto' };
  const run = await runCli(['backup', '--no-prune', '--limit-rate', '400KiB'], place);
  expect(run.status, run.stderr).toBe(0);
  expect(run.stdout).toMatch(/^ {2}compressed with auto: \d+ segments? at level \d/m);
  const verified = await runCli(['verify', 'latest', '--level', 'content'], place);
  expect(verified.status, verified.stderr).toBe(0);
});
