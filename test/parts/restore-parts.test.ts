import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Postgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CliEnd } from '../cli/run-cli.ts';
import { createLargeDatabase, type PartsBench, startBench } from './bench.ts';

interface Part {
  readonly worker: string | null;
  readonly tableCount: number;
}

/** Of the sample database: those of 256 KiB and more. */
const LARGE = 7;

function tablesOf(parts: readonly Part[], isWorker: boolean): number {
  const some = parts.filter(({ worker }) => (worker !== null) === isWorker);
  return some.reduce((sum, { tableCount }) => sum + tableCount, 0);
}

function resultOf({ status, stdout, stderr }: CliEnd) {
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout).result;
}

function endOf({ status, stdout }: CliEnd) {
  return [status, JSON.parse(stdout).error?.code];
}

describe.each([14, 18] as const)('a restore in parts of PostgreSQL %i', (major) => {
  let bench: PartsBench;
  let folder = '';
  let where = {};
  let label = '';
  beforeAll(async () => {
    bench = await startBench(major);
    folder = await mkdtemp(join(tmpdir(), 'restore-parts-'));
    where = major === 14 ? { BACKUP_REPOSITORY: folder } : {};
    await createLargeDatabase(bench.postgres, 4);
    const made = await bench.run(['backup', '--json', '--parts', '2'], where);
    label = resultOf(made).backups[0].label;
  });
  afterAll(async () => {
    await bench?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('is loaded by three jobs, has a line for each, and is the database of one job; so does one that replaces it', async () => {
    const words = ['restore', label, '--into', 'in_parts', '--json'];
    const [holder, ...workers] = await Promise.all([
      bench.run([...words, '--parts', '3', '--no-holder-works'], where),
      ...['1/3', '2/3', 'next/3'].map((part) => bench.run([...words, '--part', part], where)),
    ]);
    const loaded = workers.map(resultOf);
    const { parts, tables } = resultOf(holder as CliEnd);
    expect([tablesOf(parts, true), tablesOf(parts, false)]).toEqual([LARGE, tables.length - LARGE]);
    expect(loaded.reduce((sum, one) => sum + one.tables, 0)).toBe(LARGE);
    expect(loaded.reduce((sum, one) => sum + one.indexes, 0)).toBe(3);
    await bench.isWhole('in_parts');
    const replacing = ['restore', label, '--replace', 'in_parts', '--drop-old', '--json'];
    const ends = await Promise.all([
      bench.run([...replacing, '--parts', '1', '--no-holder-works'], where),
      bench.run([...replacing, '--part', '1/1'], where),
    ]);
    expect(ends.map(resultOf).map((one) => one.database ?? one.tables)).toEqual(['in_parts', LARGE]);
    await bench.isWhole('in_parts');
  });

  test('is made by the job alone where no other comes, also of chosen tables', async () => {
    const words = ['restore', label, '--into', 'chosen', '--table', 't "5', '--parts', '4', '--json'];
    expect(resultOf(await bench.run(words, where)).parts).toEqual([
      expect.objectContaining({ worker: null, tableCount: 1 }),
    ]);
  });
});

describe('where jobs of a restore end', () => {
  let bench: PartsBench;
  let [full, label, folder] = ['', '', ''];
  beforeAll(async () => {
    bench = await startBench(18);
    folder = await mkdtemp(join(tmpdir(), 'restore-parts-'));
    await createLargeDatabase(bench.postgres, 4);
    full = resultOf(await bench.run(['backup', '--incremental', '--json'])).backups[0].label;
    await bench.postgres.psql(`UPDATE "t ""5" SET more = 'changed' WHERE g % 1000 = 0`, 'large "db"');
    const [made] = resultOf(await bench.run(['backup', '--incremental', '--json'])).backups;
    expect(made.type).toBe('differential');
    label = made.label;
  });
  afterAll(async () => {
    await bench?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('a worker that was killed gives its tables back; two load one part; others are refused; a late one has nothing to do', async () => {
    const words = ['restore', label, '--into', 'a', '--json'];
    const holder = bench.run([...words, '--parts', '2', '--no-holder-works']);
    await untilPublished(bench.postgres, 'a');
    const unlock = await lockTable(bench.postgres, 'a');
    const killed = bench.begin([...words, '--part', '1/2']);
    await untilWaiting(bench.postgres, 'a');
    killed.signal('SIGKILL');
    expect((await killed.ended).status).toBeNull();
    const misfits = await Promise.all([
      bench.run([...words, '--part', '1/3']),
      bench.run(['restore', full, '--into', 'a', '--json', '--part', '1/2']),
      bench.run(['restore', 'latest', '--into', 'a', '--json', '--part', '1/2']),
      bench.run([...words, '--part', '3/2']),
      bench.run([...words, '--part', '1/2', '--plan']),
    ]);
    for (const end of misfits) expect(endOf(end)).toEqual([2, 'configuration-invalid']);
    await unlock();
    const ends = await Promise.all([1, 2].map(() => bench.run([...words, '--part', '1/2'])));
    for (const end of ends) resultOf(end);
    const { parts, tables } = resultOf(await holder);
    expect([tablesOf(parts, true), tablesOf(parts, false)]).toEqual([LARGE, tables.length - LARGE]);
    await bench.isWhole('a');
    expect(resultOf(await bench.run([...words, '--part', '2/2']))).toMatchObject({ tables: 0, indexes: 0 });
  });

  test('of a holder that was killed: workers end with 75, its database is refused, and continued by other jobs', async () => {
    const words = ['restore', label, '--into', 'b', '--json'];
    const holder = bench.begin([...words, '--parts', '2', '--no-holder-works']);
    await untilPublished(bench.postgres, 'b');
    const unlock = await lockTable(bench.postgres, 'b');
    const worker = bench.begin([...words, '--part', '1/2']);
    await untilWaiting(bench.postgres, 'b');
    holder.signal('SIGKILL');
    expect((await holder.ended).status).toBeNull();
    expect(endOf(await worker.ended)).toEqual([75, 'holder-gone']);
    await unlock();
    expect(endOf(await bench.run([...words, '--parts', '2']))).toEqual([2, 'database-exists']);
    const [again, next] = await Promise.all([
      bench.run([...words, '--parts', '2', '--resume', '--no-holder-works']),
      bench.run([...words, '--part', 'next/2']),
    ]);
    expect(resultOf(next).tables).toBeGreaterThan(0);
    resultOf(again);
    await bench.isWhole('b');
  });

  test('of a holder that loads nothing, and whose worker was killed: what is in stays, and one job alone continues', async () => {
    await bench.postgres.psql('DROP DATABASE IF EXISTS e WITH (FORCE)', 'postgres'); // of an earlier try
    const words = ['restore', label, '--into', 'e', '--table', 't "4', '--table', 't "5', '--json'];
    const holder = bench.run([...words, '--parts', '1', '--no-holder-works', '--part-timeout', '2s']);
    await seemToWork(bench.postgres, 'e');
    await untilPublished(bench.postgres, 'e');
    const unlock = await lockTable(bench.postgres, 'e');
    const killed = bench.begin([...words, '--part', '1/1']);
    const done = 'SELECT FROM pgbackuper_restore.shared JOIN pgbackuper_restore.done ON id = dump_id';
    await until(bench.postgres, `SELECT EXISTS (${done} WHERE strpos(job, '"kind":"table"') > 0)`, 'e');
    killed.signal('SIGKILL');
    expect((await killed.ended).status).toBeNull();
    await unlock();
    const end = await holder;
    expect(endOf(end)).toEqual([75, 'parts-missing']);
    expect(JSON.parse(end.stdout).error.hint).toContain("1 of 2 tables are in 'e'");
    const { tables } = resultOf(await bench.run([...words, '--resume']));
    expect(tables.map((one: { rows: number }) => one.rows)).toEqual([96_000, 120_000]);
  });

  test('of a holder that was killed before its definitions are there: a worker that saw it ends with 75', async () => {
    await bench.postgres.psql('DROP DATABASE IF EXISTS given WITH (FORCE)', 'postgres'); // of an earlier try
    await bench.postgres.createDatabase('given');
    const hold = 'SELECT pg_sleep(6000)';
    const holding = bench.postgres
      .psql(`BEGIN; LOCK TABLE pg_type IN SHARE MODE; ${hold}`, 'given') // nobody makes a table
      .catch(() => undefined);
    const is = (what: string) =>
      until(bench.postgres, `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE ${what})`, 'given');
    await is(`datname = 'given' AND wait_event = 'PgSleep'`);
    const words = ['restore', label, '--into-empty', 'given', '--json'];
    const holder = bench.begin([...words, '--parts', '2']);
    await is(`datname = 'given' AND wait_event_type = 'Lock'`);
    const worker = bench.begin([...words, '--part', '1/2']);
    await bench.postgres.psql(TWO_LOOKS, 'given');
    holder.signal('SIGKILL');
    expect((await holder.ended).status).toBeNull();
    expect(endOf(await worker.ended)).toEqual([75, 'holder-gone']);
    await bench.postgres.psql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'`);
    await holding;
  });

  test('a worker that comes before the jobs are published waits for them', async () => {
    const words = ['restore', label, '--into', 'f', '--json'];
    const publishes = (batches: number) =>
      bench.postgres.psql(`UPDATE pgbackuper_restore.parts SET batches = ${batches}`, 'f');
    await bench.postgres.psql('DROP DATABASE IF EXISTS f WITH (FORCE)', 'postgres'); // of an earlier try
    const holder = bench.run([...words, '--parts', '1', '--no-holder-works']);
    await untilPublished(bench.postgres, 'f');
    await publishes(0);
    const worker = bench.run([...words, '--part', '1/1']);
    await bench.postgres.psql(TWO_LOOKS, 'f');
    await publishes(1);
    expect(resultOf(await worker).tables).toBe(LARGE);
    resultOf(await holder);
  });

  test('nobody loads the large tables: the holder ends with 75, and one job alone continues', async () => {
    const words = ['restore', label, '--into', 'c', '--json'];
    const end = await bench.run([...words, '--parts', '2', '--no-holder-works', '--part-timeout', '2s']);
    expect(endOf(end)).toEqual([75, 'parts-missing']);
    resultOf(await bench.run([...words, '--resume']));
    await bench.isWhole('c');
    const late = await bench.run(['restore', label, '--into', 'd', '--json', '--part', '1/2', '--part-timeout', '2s']);
    expect(endOf(late)).toEqual([75, 'parts-missing']);
  });

  test('a table that the server refuses to make ends no job: the verdict names it, and all else is there', async () => {
    for (const one of ['refusing', 'refused'])
      await bench.postgres.psql(`DROP DATABASE IF EXISTS ${one} WITH (FORCE)`, 'postgres'); // of an earlier try
    await bench.postgres.createDatabase('refusing');
    await bench.postgres.psql(REFUSING, 'refusing');
    const made = await bench.run(['backup', '--json', '--no-prune'], { PG_DB: 'refusing' });
    const words = ['restore', resultOf(made).backups[0].label, '--into', 'refused', '--json'];
    const [holder, worker] = await Promise.all([
      bench.run([...words, '--parts', '1', '--no-holder-works', '--not-restored-file', join(folder, 'refused.sql')]),
      bench.run([...words, '--part', '1/1']),
    ]);
    expect(resultOf(worker)).toMatchObject({ tables: 1, rows: 20_000, indexes: 1, refused: 2 });
    expect(endOf(holder)).toEqual([1, 'rows-missing']);
    const { notLoaded, objects, tables } = JSON.parse(holder.stdout).result;
    expect(notLoaded).toMatchObject([{ table: 'computed', reason: expect.stringContaining('does not exist') }]);
    expect(tables).toMatchObject([{ table: 'beside', rows: 20_000 }]);
    expect(objects).toContainEqual(
      expect.objectContaining({ reason: expect.stringContaining('generation expression is not immutable') }),
    );
    expect(await bench.postgres.psql('SELECT count(*) FROM beside', 'refused')).toBe('20000');
  });
});

async function until(postgres: Postgres, query: string, database: string): Promise<void> {
  while ((await postgres.psql(query, database).catch(() => '')) !== 't') await sleep(50);
}

/** Two large tables with an index each, of which the server no longer takes the definition of one. */
const REFUSING = `CREATE FUNCTION next(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 + 1; END';
  CREATE TABLE computed (g int, text text, more int GENERATED ALWAYS AS (next(g)) STORED);
  INSERT INTO computed SELECT g, md5(g::text) FROM generate_series(1, 20000) g; CREATE INDEX ON computed (g);
  CREATE TABLE beside AS SELECT g, text FROM computed; CREATE INDEX ON beside (g);
  ALTER FUNCTION next(int) VOLATILE`;

/** Ends when a second session looks for the holder: the first one has seen it. */
const TWO_LOOKS = `DO $$ DECLARE first int; another int; BEGIN LOOP
  SELECT pid INTO another FROM pg_stat_activity WHERE application_name = 'postgres-backuper waits';
  EXIT WHEN another <> first;
  first := coalesce(first, another);
  PERFORM pg_sleep(0.005), pg_stat_clear_snapshot();
END LOOP; END $$`;

/** A session that the holder takes for a job at work, from the first moment of the database on. */
async function seemToWork(postgres: Postgres, database: string): Promise<void> {
  await until(postgres, 'SELECT true', database);
  void postgres.psql('SELECT pg_advisory_lock(1), pg_sleep(6000)', database).catch(() => undefined);
  await until(postgres, `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 1)`, database);
}

/** Until the holder waits for others. */
async function untilPublished(postgres: Postgres, database: string): Promise<void> {
  await until(postgres, 'SELECT batches = 1 FROM pgbackuper_restore.parts', database);
}

/** Whoever loads the largest table waits until this is called. */
async function lockTable(postgres: Postgres, database: string): Promise<() => Promise<void>> {
  const sleeps = 'SELECT pg_sleep(6000)';
  const locking = postgres.psql(`BEGIN; LOCK TABLE "t ""5"; ${sleeps}`, database).catch(() => undefined);
  const there = `EXISTS (SELECT FROM pg_stat_activity WHERE strpos(query, '${sleeps}') > 0 AND wait_event = 'PgSleep')`;
  await until(postgres, `SELECT ${there}`, database);
  return async () => {
    const pids = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'`;
    await postgres.psql(pids, database);
    await locking;
  };
}

async function untilWaiting(postgres: Postgres, database: string): Promise<void> {
  const waits = `application_name LIKE 'postgres-backuper part 1/2%' AND wait_event_type = 'Lock'`;
  await until(postgres, `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE ${waits})`, database);
}
