import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginSecondReader } from '../recovery/second-reader.ts';
import { createLargeDatabase, createLargeObjects, KEYLESS, newLabel, type PartsBench, startBench } from './bench.ts';

const DBNAME = 'large "db"';
/** A table of 40 MB, which is cut into slices, and as many large objects as a part has. */
const GIANT = `CREATE TABLE giant AS SELECT g AS id, md5(g::text) AS text, repeat(md5((g * 7)::text), 8) AS more
  FROM generate_series(1, 120000) g; SELECT lo_from_bytea(0, md5(g::text)::bytea) FROM generate_series(1, 2100) g`;
const OBJECTS = `SELECT md5(string_agg(md5(lo_get(oid)), '' ORDER BY oid)) FROM pg_largeobject_metadata`;
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

/** A backup in parts that workers alone read; the first one is killed before anything that it read is stored. */
async function withOneKilled(label: string) {
  const holder = backUp(['--parts', '3', '--no-holder-works', '--label', label]);
  const killed = await bench.beginHeld(['backup', '--part', '1/3', '--label', label], /(segment|chunks|part)-/);
  killed.signal('SIGKILL');
  expect((await killed.ended).status).toBeNull();
  await Promise.all([readPart(label, 'next/3'), readPart(label, 'next/3')]);
  const made = await holder;
  const names = await bench.namesOfData(label);
  expect(names.filter((name) => !/^(segment-\d{8}\.tar|catalog\.json|objects\.json|index\.bin)/.test(name))).toEqual(
    [],
  );
  return made;
}

test('on a full in parts stand a differential by one job and one in parts, whatever worker is killed', async () => {
  const full = await withOneKilled(newLabel());
  expect([full.type, await bench.namesOfData(full.label)]).toEqual(['full', expect.arrayContaining(['index.bin'])]);
  await bench.postgres.psql(CHANGES, DBNAME);
  const byOne = await backUp([]);
  await bench.proves(byOne.label, 'by_one');
  await bench.postgres.psql(CHANGES.replaceAll('changed', 'otherwise'), DBNAME);
  const inParts = await withOneKilled(newLabel());
  await bench.proves(inParts.label, 'in_parts');
  const words = ['restore', inParts.label, '--into', 'by_jobs', '--json'];
  const jobs = [
    ['--parts', '1', '--no-holder-works'],
    ['--part', '1/1'],
  ].map((some) => bench.run([...words, ...some]));
  for (const { status, stderr } of await Promise.all(jobs)) expect(status, stderr).toBe(0);
  await bench.isWhole('by_jobs');
  expect(inParts.parts.filter((one: { largeObjects: boolean }) => one.largeObjects)).toHaveLength(1);
  expect(await bench.postgres.psql(OBJECTS, 'in_parts')).toBe(await bench.postgres.psql(OBJECTS, DBNAME));
  for (const { type, parent, totals } of [byOne, inParts]) {
    expect([type, parent]).toEqual(['differential', full.label]);
    expect(totals.storedBytes).toBeLessThan(full.totals.storedBytes / 10);
  }
});

test('prune keeps the full while workers may read it, and a worker that does not find it refuses', async () => {
  const repository = join(folder, 'gone');
  const plain = { ...KEYLESS, BACKUP_REPOSITORY: repository, BACKUP_ENCRYPTION: 'none' };
  const full = await backUp([], plain);
  const label = newLabel();
  const holder = backUp(['--parts', '2', '--no-holder-works', '--label', label, '--no-prune'], plain);
  const begun = () => readdir(join(repository, 'large/data', label)).catch(() => []);
  await expect.poll(begun).toContain('plan.bin');
  const newer = await bench.run(['backup', '--no-prune'], plain);
  expect(newer.status, newer.stderr).toBe(0);
  const pruned = await bench.run(
    ['prune', '--json', '--force', '--keep-days', '0', '--keep-last', '1', '--keep-minimum', '1'],
    plain,
  );
  const [{ deleted, backups }] = JSON.parse(pruned.stdout).result.repositories;
  const why = backups.find((one: { label: string }) => one.label === full.label).reasons;
  expect([deleted, why]).toEqual([[], [`'${label}' may stand on it and may still be running`]]);
  const commit = join(repository, 'large/backups', `${full.label}.json`);
  await rename(commit, `${commit}.aside`);
  const refused = await bench.run(['backup', '--json', '--part', '1/2', '--label', label], plain);
  expect([refused.status, JSON.parse(refused.stdout).error.code], refused.stderr).toEqual([3, 'full-missing']);
  await rename(`${commit}.aside`, commit);
  await readPart(label, 'next/2', plain);
  expect((await holder).parent).toBe(full.label);
});

test('the second reader and a restore without us read a differential in parts of a full in parts', async () => {
  const repository = join(folder, 'plain');
  const plain = { ...KEYLESS, BACKUP_REPOSITORY: repository, BACKUP_ENCRYPTION: 'none' };
  const made = async () => {
    const label = newLabel();
    const holder = backUp(['--parts', '2', '--no-holder-works', '--label', label], plain);
    await readPart(label, 'next/2', plain);
    return holder;
  };
  const full = await made();
  await bench.postgres.psql(CHANGES.replaceAll('changed', 'once more'), DBNAME);
  const differential = await made();
  expect([differential.type, differential.parent]).toEqual(['differential', full.label]);
  const commit = JSON.parse(await readFile(join(repository, 'large/backups', `${differential.label}.json`), 'utf8'));
  expect(commit.critical).toEqual(['segment-ranges', 'slices']);
  const reader = await beginSecondReader({ readers: [{}], signer: null }, folder);
  const proven = await reader.read('verify', repository, 'large', differential.label);
  expect(proven.status, proven.stdout + proven.stderr).toBe(0);
  await reader.end();
  await bench.postgres.psql(`ALTER DATABASE "large ""db""" RENAME TO original`);
  await bench.restoreWithoutUs(differential.label, repository);
  await bench.isWhole('original'); // it compares with the one of that name
});
