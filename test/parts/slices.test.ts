import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryRun } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginSecondReader } from '../recovery/second-reader.ts';
import { createLargeDatabase, newLabel, type PartsBench, startBench } from './bench.ts';

const DBNAME = 'large "db"';
/**
 * A table of 70 MB on disk that was never analyzed, with a hole of 35 MB: a slice without rows. Heirs and tables without
 * columns, and one whose bytes are in TOAST.
 */
const TABLES = `CREATE TABLE "b ""i'g" (n int, text text, more text);
  INSERT INTO "b ""i'g" SELECT g, md5(g::text), repeat(md5((g * 7)::text), 12) FROM generate_series(1, 160000) g;
  UPDATE "b ""i'g" SET more = E'\\\\.\\n\\t' || n WHERE n % 100 = 1;
  DELETE FROM "b ""i'g" WHERE n BETWEEN 50000 AND 130000;
  CREATE TABLE heir (also int) INHERITS ("b ""i'g"); INSERT INTO heir SELECT g FROM generate_series(1, 9000) g;
  CREATE TABLE nothing (); INSERT INTO nothing SELECT FROM generate_series(1, 20000);
  CREATE TABLE toast (v text STORAGE EXTERNAL); INSERT INTO toast SELECT repeat(md5(g::text), 100000) FROM generate_series(1, 6) g`;
const KEYLESS = Object.fromEntries(
  ['PUBLIC_KEY', 'PRIVATE_KEY', 'PRIVATE_KEY_PASSPHRASE', 'SIGNING_KEY', 'SIGNER_KEY'].map((key) => [
    `BACKUP_${key}`,
    '',
  ]),
);

let bench: PartsBench;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slices-'));
  bench = await startBench(18);
  await createLargeDatabase(bench.postgres);
  await bench.postgres.psql(TABLES, DBNAME);
});
afterAll(async () => {
  await bench?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Tables that have no digest of the whole. */
async function slicedTables(label: string, more: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const shown = JSON.parse((await bench.run(['show', label, '--json'], more)).stdout).result;
  const { tables } = shown as { tables: { table: string; sha256: string | null }[] };
  return tables.filter(({ sha256 }) => sha256 === null).map(({ table }) => table);
}

test('several jobs read one giant table, one of them killed in a slice; every row is there', async () => {
  const label = newLabel();
  const holder = bench.run(['backup', '--json', '--parts', '2', '--no-holder-works', '--label', label]);
  const killed = bench.begin(['backup', '--part', '1/2', '--label', label]);
  await bench.until(label, /^segment-0026/);
  killed.signal('SIGKILL');
  expect((await killed.ended).status).toBeNull();
  const others = await Promise.all(
    ['next/2', 'next/2'].map((part) => bench.run(['backup', '--json', '--part', part, '--label', label])),
  );
  for (const { status, stderr } of others) expect(status, stderr).toBe(0);
  const end = await holder;
  expect(end.status, end.stderr).toBe(0);
  const [made] = JSON.parse(end.stdout).result.backups;
  expect(made.parts.map((one: { isHolder: boolean }) => one.isHolder)).toEqual([false, false]);
  expect(await slicedTables(label)).toEqual([`b "i'g`]);
  await bench.proves(label, 'after_kill');
});

test('a drill, a copy, a difference, the second reader and a restore without us know slices', async () => {
  const plain = { ...KEYLESS, BACKUP_REPOSITORY: join(folder, 'plain'), BACKUP_ENCRYPTION: 'none' };
  const labels: string[] = [];
  for (const parts of ['3', '3', '2']) {
    const made = await bench.run(['backup', '--json', '--parts', parts], plain);
    expect(made.status, made.stderr).toBe(0);
    labels.push(JSON.parse(made.stdout).result.backups[0].label);
  }
  const [label, again, otherwise] = labels as [string, string, string];
  const change = async (from: string, to: string) => {
    const { stdout } = await bench.run(['diff', from, to, '--json'], plain);
    return JSON.parse(stdout).result.tables.find(({ table }: { table: string }) => table === `b "i'g`).change;
  };
  expect([await change(label, again), await change(label, otherwise)]).toEqual(['same', 'unknown']);
  const commit = JSON.parse(await readFile(join(folder, 'plain/large/backups', `${label}.json`), 'utf8'));
  expect(commit.critical).toEqual(['slices']);
  const drilled = await bench.run(['verify', label, '--level', 'restore', '--json'], plain);
  expect(drilled.status, drilled.stdout + drilled.stderr).toBe(0);
  expect(JSON.parse(drilled.stdout).result.verdict ?? drilled.stdout).toMatch(/exact/);
  const copied = await bench.run(['copy', label, '--to', join(folder, 'copied')], plain);
  expect(copied.status, copied.stderr).toBe(0);
  const reader = await beginSecondReader({ readers: [{}], signer: null }, folder);
  const proven = await reader.read('verify', join(folder, 'copied'), 'large', label);
  expect(proven.status, proven.stdout + proven.stderr).toBe(0);
  await reader.end();
  await bench.postgres.psql(`ALTER DATABASE "large ""db""" RENAME TO original`);
  await restoreWithoutUs(label, join(folder, 'copied'));
  await bench.isWhole('original'); // it compares with the one of that name
});

/** By the blocks of the page. */
async function restoreWithoutUs(label: string, repository: string): Promise<void> {
  const page = await readFile(join(import.meta.dirname, '../../docs/restore-without-us.md'), 'utf8');
  const blocks = Array.from(page.matchAll(/^```sh\n([\s\S]*?)^```$/gm), ([, block]) => block);
  await writeFile(join(folder, 'restore.sh'), blocks.join(''));
  const env = { ...process.env, ...bench.postgres.env, REPOSITORY: repository, NAME: 'large', LABEL: label };
  const ended = await tryRun('sh', [join(folder, 'restore.sh')], { env });
  expect(ended.status, ended.stderr).toBe(0);
}
