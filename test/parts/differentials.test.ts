import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginSecondReader } from '../recovery/second-reader.ts';
import { createLargeDatabase, createLargeObjects, KEYLESS, newLabel, type PartsBench, startBench } from './bench.ts';

const DBNAME = 'large "db"';
/** A table of 40 MB, which is cut into slices. */
const GIANT = `CREATE TABLE giant AS SELECT g AS id, md5(g::text) AS text, repeat(md5((g * 7)::text), 8) AS more
  FROM generate_series(1, 120000) g`;
/** Rows in the middle of the giant and of another table, and new ones. */
const CHANGES = `UPDATE giant SET text = 'changed' WHERE id % 40000 = 1; DELETE FROM giant WHERE id = 77;
  UPDATE "t ""5" SET text = 'changed' WHERE g = 9; INSERT INTO "t ""3" VALUES (-1, 'new', '')`;

let bench: PartsBench;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'differentials-'));
  bench = await startBench(18);
  await createLargeDatabase(bench.postgres);
  await createLargeObjects(bench.postgres);
  await bench.postgres.psql(GIANT, DBNAME);
});
afterAll(async () => {
  await bench?.stop();
  await rm(folder, { recursive: true, force: true });
});

type More = Readonly<Record<string, string>>;

async function backUp(args: readonly string[], more: More = {}) {
  const end = await bench.run(['backup', '--json', '--incremental', ...args], more);
  expect(end.status, end.stderr).toBe(0);
  return { ...JSON.parse(end.stdout).result.backups[0], said: end.stderr };
}

async function readPart(label: string, part: string, more: More = {}): Promise<void> {
  const { status, stderr } = await bench.run(['backup', '--part', part, '--label', label], more);
  expect(status, stderr).toBe(0);
}

test('a differential by one job stands on a full in parts, of which a worker was killed', async () => {
  const label = newLabel();
  const holder = backUp(['--parts', '3', '--no-holder-works', '--label', label]);
  const killed = bench.begin(['backup', '--part', '1/3', '--label', label], { BACKUP_LIMIT_RATE: '2MiB' });
  await bench.until(label, /^segment-0026/);
  killed.signal('SIGKILL');
  expect((await killed.ended).status).toBeNull();
  await Promise.all([readPart(label, 'next/3'), readPart(label, 'next/3')]);
  const full = await holder;
  expect([full.type, full.label]).toEqual(['full', label]);
  const names = await bench.namesOfData(label);
  expect(names.filter((name) => !/^(segment-\d{8}\.tar|catalog\.json|objects\.json)/.test(name))).toEqual([
    'index.bin',
  ]);
  await bench.postgres.psql(CHANGES, DBNAME);
  const differential = await backUp([]);
  expect([differential.type, differential.parent]).toEqual(['differential', label]);
  expect(differential.totals.storedBytes).toBeLessThan(full.totals.storedBytes / 10);
  await bench.proves(differential.label, 'by_one_job');
});

test('the second reader and a restore without us find the segments of a full in parts', async () => {
  const repository = join(folder, 'plain');
  const plain = { ...KEYLESS, BACKUP_REPOSITORY: repository, BACKUP_ENCRYPTION: 'none' };
  const full = newLabel();
  await Promise.all([
    backUp(['--parts', '2', '--no-holder-works', '--label', full], plain),
    readPart(full, 'next/2', plain),
  ]);
  const differential = await backUp([], plain);
  expect(differential.parent).toBe(full);
  const reader = await beginSecondReader({ readers: [{}], signer: null }, folder);
  const proven = await reader.read('verify', repository, 'large', differential.label);
  expect(proven.status, proven.stdout + proven.stderr).toBe(0);
  await reader.end();
  await bench.postgres.psql(`ALTER DATABASE "large ""db""" RENAME TO original`);
  await bench.restoreWithoutUs(differential.label, repository);
  await bench.isWhole('original'); // it compares with the one of that name
});
