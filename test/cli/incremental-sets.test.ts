import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import {
  type Postgres,
  run as runProgram,
  type S3Server,
  s3Request,
  startMinio,
  startPostgres,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli, serverVariables } from './run-cli.ts';

const NAMES = ['app', 'shop', 'postgres'];
let postgres: Postgres;
let minio: S3Server;
let folder: string;
let job: Record<string, string>;
let reader: Record<string, string>;
/** Of `app`: the full, and its differential. */
let app: Label[];

interface Label {
  readonly label: string;
  readonly type: string;
  readonly parent: string | null;
}

beforeAll(async () => {
  [postgres, minio] = await Promise.all([startPostgres({ major: 18 }), startMinio()]);
  for (const name of ['app', 'shop']) {
    await postgres.createDatabase(name);
    await postgres.psql(
      `CREATE TABLE t AS SELECT n, md5(n || '${name}') AS text FROM generate_series(1, 60000) n;
       CREATE TABLE small AS SELECT n FROM generate_series(1, 100) n; SELECT lo_from_bytea(70001, 'large')`,
      name,
    );
  }
  const headers = { 'x-amz-bucket-object-lock-enabled': 'true' };
  expect((await s3Request(minio, { method: 'PUT', path: '/locked', headers })).status).toBe(200);
  const rule = '<Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>7</Days></DefaultRetention></Rule>';
  const body = `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>${rule}</ObjectLockConfiguration>`;
  expect((await s3Request(minio, { method: 'PUT', path: '/locked', query: 'object-lock=', body })).status).toBe(200);
  folder = await mkdtemp(join(tmpdir(), 'incremental-sets-'));
  const passphrase = { BACKUP_PRIVATE_KEY_PASSPHRASE: 'one' };
  expect((await runCli(['keygen', '--output', folder], { HOME: folder, ...passphrase })).status).toBe(0);
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  const { PGDATABASE: _, ...connection } = { PGDATABASE: '', ...serverVariables(postgres) };
  job = {
    ...connection,
    ...{ HOME: folder, TMPDIR: folder, BACKUP_CACHE_DIR: join(folder, 'cache') },
    MINIO_ENDPOINT: minio.endpoint,
    MINIO_ACCESS_KEY: minio.accessKey,
    MINIO_SECRET_KEY: minio.secretKey,
    BACKUP_PUBLIC_KEY: await read('backup-public.asc'),
    BACKUP_DEDUP_SECRET: await read('backup-dedup-secret.txt'),
    INCREMENTAL_BACKUP: 'true',
  };
  reader = { ...job, BACKUP_PRIVATE_KEY: await read('backup-private.asc'), ...passphrase };
});
afterAll(async () => {
  await Promise.allSettled([postgres?.stop(), minio?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

/** Fails unless the command ends with 0; its result. */
async function done(words: readonly string[], more: Record<string, string> = {}) {
  const { status, stdout, stderr } = await runCli([...words, '--json'], { ...reader, ...more });
  expect([status, stderr]).toEqual([0, expect.anything()]);
  return JSON.parse(stdout).result;
}

async function backupsOf(name: string): Promise<Label[]> {
  const { repositories } = await done(['list', '--name', name]);
  const [first, second] = repositories.map(({ backups }: { backups: Label[] }) => backups);
  const short = (some: Label[]) => some.map(({ label, type, parent }) => ({ label, type, parent }));
  expect(short(second)).toEqual(short(first));
  return short(first).reverse();
}

/** For a try that begins with nothing. */
async function takeNewPlaces(): Promise<void> {
  const own = await mkdtemp(join(folder, 'repository-'));
  job = { ...job, BACKUP_REPOSITORY: JSON.stringify([own, `s3://locked/${basename(own)}`]) };
  reader = { ...reader, ...job };
}

const sums = (name: string) => postgres.psql('SELECT count(*), sum(hashtext(t::text)) FROM t', name);

test('all databases of a server, to a directory and to a bucket that locks objects', async () => {
  await takeNewPlaces();
  for (const run of [0, 1]) {
    const { backups } = await done(['backup', '--all-databases'], job);
    expect(backups.map(({ name }: { name: string }) => name).sort()).toEqual([...NAMES].sort());
    if (run === 0) await postgres.psql('UPDATE t SET text = md5(text) WHERE n BETWEEN 100 AND 900', 'app');
  }
  app = await backupsOf('app');
  for (const [full, differential] of [app, await backupsOf('shop')])
    expect([full?.type, differential?.type, differential?.parent]).toEqual(['full', 'differential', full?.label]);
});

test('each command does with a differential what it does with a full', async () => {
  const [full, differential] = app.map(({ label }) => label) as [string, string];
  const of = ['--name', 'app'];
  for (const level of ['stored', 'content', 'restore']) {
    const { repositories } = await done(['verify', differential, ...of, '--level', level]);
    expect(repositories.flatMap(({ backups }: { backups: { ok: boolean }[] }) => backups.map(({ ok }) => ok))).toEqual([
      true,
      true,
    ]);
  }
  await done(['restore', 'latest', ...of, '--into', 'app again']);
  expect(await sums('app again')).toBe(await sums('app'));
  await done(['restore', differential, ...of, '--into', 'app part', '--table', 'small']);
  expect(await postgres.psql('SELECT count(*) FROM small', 'app part')).toBe('100');
  const exported = await mkdtemp(join(folder, 'exported-'));
  await done(['export', differential, exported, ...of]);
  expect(await readdir(join(exported, 'dump'))).toContain('toc.dat');
  const rows = await runCli(['cat', differential, 'small', ...of], reader);
  expect([rows.status, rows.stdout.split('\n').length]).toEqual([0, 101]);
  expect((await done(['show', differential, ...of])).tables).toHaveLength(2);
  const compared = await done(['diff', full, differential, ...of]);
  expect(JSON.stringify(compared)).toContain('"table":"t"');
  await done(['pin', differential, ...of]);
  await done(['prune', ...of, '--keep-days', '0', '--keep-last', '1', '--keep-minimum', '1', '--force']);
  expect((await backupsOf('app')).map(({ label }) => label)).toEqual([full, differential]);
  expect(await done(['status', ...of, '--max-age', '1d'])).toMatchObject({});
});

test('a newer full sends the set away, and what is left restores', async () => {
  const keep = ['--keep-days', '0', '--keep-last', '1', '--keep-minimum', '1', '--force'];
  await takeNewPlaces();
  for (const type of ['full', 'differential'])
    expect((await done(['backup', '--dbname', 'shop'], job)).backups).toMatchObject([{ type }]);
  const set = await backupsOf('shop');
  await done(['backup', '--dbname', 'shop'], { ...job, INCREMENTAL_BACKUP: 'false' });
  await done(['prune', '--name', 'shop', ...keep]);
  const left = await backupsOf('shop');
  expect(left).toMatchObject([{ type: 'full' }]);
  expect(left[0]?.label).not.toBe(set[0]?.label);
  await done(['verify', '--name', 'shop', '--all', '--level', 'content']);
});

test('a passphrase needs no secret, and what is imported is always a full', async () => {
  const { BACKUP_PUBLIC_KEY: _, BACKUP_DEDUP_SECRET: __, ...rest } = job;
  const own = {
    ...rest,
    BACKUP_PASSPHRASE: 'two words',
    BACKUP_REPOSITORY: await mkdtemp(join(folder, 'passphrase-')),
    PGDATABASE: 'shop',
  };
  const run = (...words: string[]) => runCli([...words, '--json'], own);
  for (const type of ['full', 'differential']) {
    expect(await run('backup')).toMatchObject({ status: 0 });
    const listed = JSON.parse((await run('list')).stdout);
    expect(listed.result.repositories[0].backups[0]).toMatchObject({ type });
  }
  expect(await run('verify', '--all', '--level', 'content')).toMatchObject({ status: 0 });
  const file = join(folder, 'old.dump');
  const asked = { env: { ...postgres.env, PGDATABASE: 'shop' } };
  await runProgram(join(postgres.binDir, 'pg_dump'), ['-Fc', '-f', file], asked);
  for (let times = 0; times < 2; times += 1) {
    const imported = await run('import', file, '--name', 'old', '--date', `2026-01-0${times + 1}T00:00:00Z`);
    expect([imported.status, imported.stderr]).toEqual([0, expect.anything()]);
  }
  const { repositories } = JSON.parse((await run('list', '--name', 'old')).stdout).result;
  expect(repositories[0].backups).toMatchObject([{ type: 'full' }, { type: 'full' }]);
});
