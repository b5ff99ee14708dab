import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { numberOf } from '@postgres-backuper/base';
import {
  findPrograms,
  newestPrograms,
  openSnapshot,
  readRewrittenTables,
  runLockKey,
} from '@postgres-backuper/postgres';
import { tryRun } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CliEnd } from '../cli/run-cli.ts';
import { beginSecondReader } from '../recovery/second-reader.ts';
import { serverOf } from '../restore/harness.ts';
import { testContext } from '../test-context.ts';
import { createLargeDatabase, KEYLESS, LATER_SEGMENT, newLabel, type PartsBench, startBench } from './bench.ts';

const DBNAME = 'large "db"';
/**
 * A table of 70 MB on disk that was never analyzed, with a hole of 35 MB: a slice without rows. Heirs and tables without
 * columns, and one whose bytes are in TOAST. A row of the last slice waits for a session called gate, and is refused where
 * one is called wall.
 */
const TABLES = `CREATE TABLE "b ""i'g" (n int, text text, more text);
  INSERT INTO "b ""i'g" SELECT g, md5(g::text), repeat(md5((g * 7)::text), 12) FROM generate_series(1, 160000) g;
  UPDATE "b ""i'g" SET more = E'\\\\.\\n\\t' || n WHERE n % 100 = 1;
  DELETE FROM "b ""i'g" WHERE n BETWEEN 50000 AND 130000;
  CREATE FUNCTION may_come() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
    WHILE EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE application_name = 'gate') LOOP
      PERFORM pg_catalog.pg_sleep(0.05), pg_catalog.pg_stat_clear_snapshot();
    END LOOP;
    RETURN NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE application_name = 'wall');
  END $$;
  ALTER TABLE "b ""i'g" ADD CHECK (n <> 159999 OR may_come());
  CREATE TABLE heir (also int) INHERITS ("b ""i'g"); INSERT INTO heir SELECT g FROM generate_series(1, 9000) g;
  CREATE TABLE nothing (); INSERT INTO nothing SELECT FROM generate_series(1, 20000);
  CREATE TABLE toast (v text); ALTER TABLE toast ALTER v SET STORAGE EXTERNAL; INSERT INTO toast SELECT repeat(md5(g::text), 100000) FROM generate_series(1, 6) g`;

let bench: PartsBench;
let folder: string;
/** Of a backup with a table in slices. */
let sliced: string;
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

/** For what takes seconds on an idle machine, milliseconds. */
const BUSY_MS = 200_000;
const GIANT = `b "i'g`;
const QUOTED = `"b ""i'g"`;

function resultOf({ status, stdout, stderr }: CliEnd) {
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout).result;
}

async function until(isSo: () => Promise<string>): Promise<void> {
  await expect.poll(() => isSo().catch(() => ''), { timeout: BUSY_MS }).toBe('t');
}

/** A session of that name; the answer ends it. */
async function beginSession(name: string): Promise<() => Promise<void>> {
  const psql = (statement: string) => bench.postgres.psql(statement, 'postgres');
  const begun = psql(`SET application_name = '${name}'; SELECT pg_sleep(6000)`).catch(() => undefined);
  const those = `FROM pg_stat_activity WHERE application_name = '${name}'`;
  await until(() => psql(`SELECT EXISTS (SELECT ${those})`));
  return async () => {
    await psql(`SELECT pg_terminate_backend(pid) ${those}`);
    await begun;
  };
}

/** Until slices are in the database, and one waits at the gate. */
async function untilMidst(database: string): Promise<void> {
  const waits = `SELECT FROM pg_stat_activity WHERE datname = '${database}' AND wait_event = 'PgSleep' AND query LIKE 'COPY%'`;
  const some = `(SELECT count(*) FROM pgbackuper_restore.done WHERE dump_id > 4294967296) > 1`;
  await until(() => bench.postgres.psql(`SELECT ${some} AND EXISTS (${waits})`, database));
}

/** Begins a restore by these jobs, and kills them while a session of theirs is in the midst of a slice, when others are in. */
async function killInMidst(database: string, jobs: readonly (readonly string[])[]): Promise<void> {
  await bench.postgres.psql(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`, 'postgres'); // of an earlier try
  const open = await beginSession('gate');
  try {
    const begun = jobs.map((job) => bench.begin(job));
    await untilMidst(database);
    for (const one of begun) one.signal('SIGKILL');
    for (const { ended } of begun) expect((await ended).status).toBeNull();
  } finally {
    await open();
  }
}

/** A job beside the others: waits for the claim of the slice at the gate, and refuses it once another one wants it back. */
async function takeAndRefuse(database: string): Promise<{ readonly ended: Promise<unknown> }> {
  const psql = (statement: string) => bench.postgres.psql(statement, database);
  const [run, id] = await Promise.all([
    psql('SELECT run FROM pgbackuper_restore.parts'),
    psql('SELECT max(id) FROM pgbackuper_restore.shared'),
  ]);
  const why = JSON.stringify({ code: 'restore-failed', message: 'refused to another', hint: '' });
  const key = runLockKey(`${run}\n${id}`);
  const isWanted = `EXISTS (SELECT FROM pg_stat_activity WHERE strpos(query, 'pg_try_advisory_lock(${key})') > 0 AND query_start > had)`;
  const isNoted = `EXISTS (SELECT FROM pgbackuper_restore.refused WHERE id = ${id})`;
  const ended = psql(`SELECT pg_advisory_lock(${key});
    DO $$ DECLARE had timestamptz := clock_timestamp(); BEGIN WHILE NOT ${isWanted} AND NOT ${isNoted} LOOP
      PERFORM pg_sleep(0.05), pg_stat_clear_snapshot();
    END LOOP; END $$;
    INSERT INTO pgbackuper_restore.refused VALUES (${id}, '${why}')`);
  await until(() => psql(`SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)`));
  return { ended };
}

/** Why the giant table lacks rows, where that is all that is wrong. */
function verdictOf({ status, stdout, stderr }: CliEnd): string {
  const { result, error } = JSON.parse(stdout);
  expect([status, error.code], stderr).toEqual([1, 'rows-missing']);
  expect(result.notLoaded).toMatchObject([{ table: GIANT }]);
  return result.notLoaded[0].reason;
}

/** Tables that have no digest of the whole. */
async function slicedTables(label: string, more: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const shown = JSON.parse((await bench.run(['show', label, '--json'], more)).stdout).result;
  const { tables } = shown as { tables: { table: string; sha256: string | null }[] };
  return tables.filter(({ sha256 }) => sha256 === null).map(({ table }) => table);
}

test('several jobs read one giant table, one of them killed in a slice; every row is there', async () => {
  const label = newLabel();
  const holder = bench.run(['backup', '--json', '--parts', '2', '--no-holder-works', '--label', label]);
  const killed = await bench.beginHeld(['backup', '--part', '1/2', '--label', label], LATER_SEGMENT);
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
  sliced = label;
});

test('several jobs load it, too; those that died in a slice leave it to others, and no row comes twice', {
  timeout: 2 * BUSY_MS,
}, async () => {
  const words = ['restore', sliced, '--into', 'loaded', '--json'];
  await killInMidst('loaded', [
    [...words, '--parts', '2', '--no-holder-works'],
    [...words, '--part', '1/2'],
  ]);
  const [holder, worker] = await Promise.all([
    bench.run([...words, '--parts', '2', '--no-holder-works', '--resume']),
    bench.run([...words, '--part', 'next/2']),
  ]);
  const { tables, parts } = resultOf(holder);
  const loaded = resultOf(worker);
  const before = parts.find((one: { worker: string }) => one.worker?.startsWith('1/2'));
  expect(loaded.rows).toBeGreaterThan(0);
  expect(before.rows).toBeGreaterThan(0);
  const all = parts.reduce((sum: number, one: { rows: number }) => sum + one.rows, 0);
  expect(all).toBe(tables.reduce((sum: number, one: { rows: number }) => sum + one.rows, 0));
  await bench.isWhole('loaded');
});

test('one job continues where several loaded a part of its slices', { timeout: 2 * BUSY_MS }, async () => {
  const words = ['restore', sliced, '--into', 'continued', '--json'];
  await killInMidst('continued', [[...words, '--parts', '1']]);
  expect(resultOf(await bench.run([...words, '--resume'])).parts).toBeUndefined();
  await bench.isWhole('continued');
});

test('a table of which a slice is refused stays empty, and is whole when it is loaded again', {
  timeout: 2 * BUSY_MS,
}, async () => {
  const words = ['restore', sliced, '--into', 'refused', '--json'];
  await bench.postgres.psql('DROP DATABASE IF EXISTS refused WITH (FORCE)', 'postgres'); // of an earlier try
  const open = await beginSession('wall');
  const openGate = await beginSession('gate');
  try {
    const ends = Promise.all([
      bench.run([...words, '--parts', '2', '--no-holder-works']),
      bench.run([...words, '--part', '1/2']),
    ]);
    await untilMidst('refused');
    const other = await takeAndRefuse('refused');
    await openGate();
    await other.ended;
    const [holder, worker] = await ends;
    const { result, error } = JSON.parse(holder.stdout);
    expect([holder.status, error.code], holder.stderr).toEqual([1, 'rows-missing']);
    expect(result.notLoaded).toMatchObject([
      { table: GIANT, reason: expect.stringContaining('violates check constraint') },
    ]);
    expect(resultOf(worker).refused).toBe(1);
    expect(await bench.postgres.psql(`SELECT count(*) FROM ONLY ${QUOTED}`, 'refused')).toBe('0');
  } finally {
    await Promise.all([open(), openGate()]);
  }
  resultOf(await bench.run([...words, '--resume']));
  await bench.isWhole('refused');
});

test('a table that is not there, or cannot be emptied, is a verdict; a run that does not select it leaves it empty', {
  timeout: 3 * BUSY_MS,
}, async () => {
  const words = ['restore', sliced, '--into', 'kept', '--json'];
  const psql = (statement: string) => bench.postgres.psql(statement, 'kept');
  await bench.postgres.psql('DROP DATABASE IF EXISTS kept WITH (FORCE)', 'postgres'); // of an earlier try
  const first = bench.run([...words, '--parts', '1', '--no-holder-works']);
  await until(() => psql('SELECT batches = 1 FROM pgbackuper_restore.parts'));
  await psql(`ALTER TABLE ${QUOTED} RENAME TO away`);
  expect(resultOf(await bench.run([...words, '--part', '1/1'])).refused).toBe(1);
  expect(verdictOf(await first)).toMatch(/^table 'public\.b "i'g' could not be loaded: .* does not exist'$/);
  await psql(`ALTER TABLE away RENAME TO ${QUOTED}; ALTER TABLE ${QUOTED} ADD UNIQUE (n);
    CREATE TABLE refers (n int REFERENCES ${QUOTED} (n))`);
  const open = await beginSession('wall');
  const again = await bench.run([...words, '--parts', '1', '--resume']);
  await open();
  const rows = await psql(`SELECT count(*) FROM ONLY ${QUOTED}`);
  expect(Number(rows)).toBeGreaterThan(0);
  expect(verdictOf(again)).toContain(`; ${numberOf(Number(rows), 'row')} stay there, since it could not be emptied`);
  await psql('DROP TABLE refers');
  resultOf(await bench.run([...words, '--parts', '1', '--resume', '--exclude-table-data', GIANT]));
  expect(await psql(`SELECT count(*) FROM ONLY ${QUOTED}`)).toBe('0');
});

test('a slice that comes late, to a table that was loaded whole meanwhile, adds no row', {
  timeout: 2 * BUSY_MS,
}, async () => {
  const words = ['restore', sliced, '--into', 'late', '--json'];
  const psql = (statement: string) => bench.postgres.psql(statement, 'late');
  await bench.postgres.psql('DROP DATABASE IF EXISTS late WITH (FORCE)', 'postgres'); // of an earlier try
  const holder = bench.run([...words, '--parts', '1', '--no-holder-works']);
  await until(() => psql('SELECT batches = 1 FROM pgbackuper_restore.parts'));
  const id = await psql(`SELECT min(id % 4294967296) FROM pgbackuper_restore.shared WHERE id > 4294967296`);
  const waits = `SELECT FROM pg_stat_activity WHERE datname = 'late' AND wait_event_type = 'Lock' AND application_name LIKE 'postgres-backuper part%'`;
  const whole = psql(`BEGIN; LOCK TABLE ${QUOTED}; DO $$ BEGIN
    WHILE NOT EXISTS (${waits}) LOOP PERFORM pg_sleep(0.05), pg_stat_clear_snapshot(); END LOOP; END $$;
    INSERT INTO pgbackuper_restore.done VALUES (${id}); COMMIT`);
  await until(() =>
    psql(
      `SELECT EXISTS (SELECT FROM pg_locks WHERE relation = '${QUOTED.replace("'", "''")}'::regclass AND mode = 'AccessExclusiveLock' AND granted)`,
    ),
  );
  resultOf(await bench.run([...words, '--part', '1/1']));
  await whole;
  resultOf(await holder);
  expect(await psql(`SELECT count(*) FROM ONLY ${QUOTED}`)).toBe('0');
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
  await plantSegment(join(folder, 'copied/large/data', label), `b "i'g`);
  await bench.restoreWithoutUs(label, join(folder, 'copied'));
  await bench.isWhole('original'); // it compares with the one of that name
});

const LOST = 'a session that kept tables locked was ended from outside';
const LOCKS = `(SELECT DISTINCT pid FROM pg_locks WHERE relation = '"b ""i''g"'::regclass AND mode = 'AccessShareLock') AS l`;

test('the session that kept the tables locked ends between two parts: nothing is committed', async () => {
  const psql = (statement: string) => bench.postgres.psql(statement, DBNAME);
  await psql(`DELETE FROM "b ""i'g" WHERE n < 30000`); // rows behind them move forward
  const label = newLabel();
  const holder = bench.begin(['backup', '--json', '--parts', '2', '--no-holder-works', '--label', label]);
  const part = async (name: string) => {
    const { status, stderr } = await bench.run(['backup', '--part', name, '--label', label]);
    expect(status, stderr).toBe(0);
  };
  await part('1/2');
  await expect.poll(() => psql(`SELECT count(*) FROM ${LOCKS}`)).toBe('1'); // pg_dump has ended
  holder.signal('SIGSTOP'); // it learns of the second part before it asks that session
  expect(await psql(`SELECT pg_terminate_backend(pid) FROM ${LOCKS}`)).toBe('t');
  await psql(`VACUUM FULL "b ""i'g"`);
  await part('2/2');
  holder.signal('SIGCONT');
  const { status, stdout, stderr } = await holder.ended;
  const { code, message } = JSON.parse(stdout).error;
  expect([status, code, message], stderr).toEqual([75, 'server-unavailable', LOST]);
  expect(await bench.labels()).not.toContain(label);
});

test('tables that were truncated, rewritten or dropped after a snapshot are known to it', async () => {
  const tables = ['kept', 'emptied', 'moved', 'dropped'];
  const psql = (statement: string) => bench.postgres.psql(statement, 'rewritten');
  await bench.postgres.createDatabase('rewritten');
  await psql(tables.map((name) => `CREATE TABLE ${name} AS SELECT 1 AS a;`).join('\n'));
  const server = serverOf(bench.postgres, 'rewritten');
  const programs = newestPrograms(await findPrograms(server, testContext()));
  const oids = await Promise.all(tables.map((name) => psql(`SELECT '${name}'::regclass::oid`)));
  const snapshot = await openSnapshot({ server, programs }, testContext());
  expect(await readRewrittenTables(snapshot.session)).toEqual(new Set());
  for (const statement of ['TRUNCATE emptied', 'VACUUM FULL moved', 'DROP TABLE dropped']) await psql(statement);
  const rewritten = await readRewrittenTables(snapshot.session);
  await snapshot.close();
  expect(oids.filter((oid) => rewritten.has(oid))).toEqual(oids.slice(1));
});

/** What who may write to the storage can add: rows that sort before those of the first slice, in a segment that no list names. */
async function plantSegment(data: string, table: string): Promise<void> {
  const catalog = JSON.parse(String(zstdDecompressSync(await readFile(join(data, 'catalog.json.zst')))));
  const { file } = catalog.tables.find((one: { table: string }) => one.table === table);
  const planted = join(folder, 'planted');
  await mkdir(join(planted, `${file}.0000`), { recursive: true });
  await writeFile(join(planted, `${file}.0000`, '0'.repeat(16)), '1\tplanted\tplanted\n');
  const tar = await tryRun('tar', [
    '-C',
    planted,
    '-cf',
    join(folder, 'planted.tar'),
    `${file}.0000/${'0'.repeat(16)}`,
  ]);
  expect(tar.status, tar.stderr).toBe(0);
  await writeFile(
    join(data, 'segment-99999999.tar.zst'),
    zstdCompressSync(await readFile(join(folder, 'planted.tar'))),
  );
  await writeFile(join(data, 'catalog.json.zst.new'), 'of no list');
}
