import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Misdeed,
  type Postgres,
  type S3Server,
  s3Request,
  startHttpGateway,
  startMinio,
  startPostgres,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli, runUnder, serverVariables } from './run-cli.ts';

/** A commit on a disk is kept in the cache only when it is as old as this: younger ones may change without a trace. */
const SETTLED_MS = 2100;

let postgres: Postgres;
let minio: S3Server;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  [postgres, minio] = await Promise.all([startPostgres({ major: 14 }), startMinio()]);
  await minio.createBucket('backups');
  await postgres.createDatabase('app');
  folder = await mkdtemp(join(tmpdir(), 'altered-'));
  await chmod(folder, 0o700);
  env = {
    ...{ HOME: folder, TMPDIR: folder, ...serverVariables(postgres), PG_DB: 'app' },
    ...{ BACKUP_ENCRYPTION: 'none', BACKUP_KEEP_DAYS: '0', BACKUP_KEEP_LAST: '1', BACKUP_KEEP_MINIMUM: '1' },
    ...{ MINIO_ENDPOINT: minio.endpoint, MINIO_ACCESS_KEY: minio.accessKey, MINIO_SECRET_KEY: minio.secretKey },
  };
});
afterAll(async () => {
  await Promise.allSettled([postgres?.stop(), minio?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

interface Place {
  readonly repository: string;
  read(label: string): Promise<Buffer>;
  /** With as many bytes, and where possible the same time. */
  overwrite(label: string, bytes: Buffer): Promise<void>;
}

function onDisk(name: string): Place {
  const pathOf = (label: string) => join(folder, name, 'app/backups', `${label}.json`);
  return {
    repository: join(folder, name),
    read: (label) => readFile(pathOf(label)),
    async overwrite(label, bytes) {
      const { atime, mtime } = await stat(pathOf(label));
      await writeFile(pathOf(label), bytes);
      await utimes(pathOf(label), atime, mtime);
    },
  };
}

function onS3(name: string): Place {
  const pathOf = (label: string) => `/backups/${name}/app/backups/${label}.json`;
  return {
    repository: `s3://backups/${name}`,
    read: async (label) => Buffer.from((await s3Request(minio, { method: 'GET', path: pathOf(label) })).text),
    async overwrite(label, bytes) {
      expect((await s3Request(minio, { method: 'PUT', path: pathOf(label), body: bytes })).status).toBe(200);
    },
  };
}

const withZeros = (commit: Buffer): Buffer => Buffer.alloc(commit.length);
const asVersion2 = (commit: Buffer): Buffer =>
  Buffer.from(commit.toString('latin1').replace('"version": 1', '"version": 2'), 'latin1');

test.each([
  ['on a disk', onDisk],
  ['on S3', onS3],
])('commits that were read before and then overwritten %s count for nobody', async (_, placeOf) => {
  const place = placeOf(`altered-${Date.now()}`);
  const own = { ...env, BACKUP_REPOSITORY: place.repository };
  const labels: string[] = [];
  for (let made = 0; made < 3; made += 1) {
    const { result } = JSON.parse((await runCli(['backup', '--no-prune', '--json'], own)).stdout);
    labels.push(result.backups[0].label);
  }
  const [, second = '', newest = ''] = labels;
  await sleep(SETTLED_MS);
  expect((await runCli(['verify', newest, '--level', 'content'], own)).status).toBe(0);

  await place.overwrite(newest, withZeros(await place.read(newest)));
  await place.overwrite(second, asVersion2(await place.read(second)));
  for (const label of [second, newest]) {
    const verified = await runCli(['verify', label, '--level', 'content'], own);
    expect(verified.status, verified.stderr).toBe(3);
  }
  const all = await runCli(['verify', '--all', '--level', 'content'], own);
  expect(all.status, all.stderr).toBe(3);
  expect((await runCli(['restore', newest, '--into', 'never'], own)).status).toBe(3);
  const damaged = [second, newest].sort().map((label) => ({ label })); // those of one second are in no order
  const listed = JSON.parse((await runCli(['list', '--json'], own)).stdout).result.repositories;
  expect(listed).toMatchObject([{ damaged }]);
  const pruned = await runCli(['prune', '--name', 'app', '--json'], own);
  expect(pruned.status, pruned.stderr).toBe(0);
  expect(JSON.parse(pruned.stdout).result.repositories).toMatchObject([{ deleted: [], damaged }]);
});

/** A backup through a gateway that does something to its commit. */
async function backupThrough(misdeed: Misdeed) {
  const commit = /^PUT .*\/backups\/backup_\w+\.json(\?|$)/;
  const gateway = await startHttpGateway(minio.endpoint, { on: commit, does: misdeed });
  const place = { BACKUP_REPOSITORY: `s3://backups/${misdeed}-${Date.now()}`, BACKUP_RETRY_FOR: '2s' };
  try {
    const made = await runCli(['backup', '--json'], { ...env, ...place, MINIO_ENDPOINT: gateway.endpoint });
    const listed = JSON.parse((await runCli(['list', '--json'], { ...env, ...place })).stdout).result.repositories;
    return { made, backups: listed[0].backups };
  } finally {
    await gateway.stop();
  }
}

test('a gateway that takes the commit and stores nothing makes no backup, and the run fails', async () => {
  const { made, backups } = await backupThrough('swallows');
  expect(made.status, made.stderr).toBe(3);
  expect(made.stderr).toMatch(/is not there, though the storage said that it was stored/);
  expect(backups).toEqual([]);
});

test('a backup is good, with a warning, when no answer to its commit arrives', async () => {
  const { made, backups } = await backupThrough('loses');
  expect(made.status, made.stderr).toBe(0);
  const [{ label, warnings }] = JSON.parse(made.stdout).result.backups;
  expect(warnings).toEqual([expect.stringMatching(/is there, though storing it ended with an error/)]);
  expect(backups).toMatchObject([{ label }]);
});

test.skipIf(!existsSync('/usr/bin/strace'))(
  'a commit that is there though the disk said EIO when its name was made durable is a backup, with a warning',
  async () => {
    const own = { ...env, BACKUP_REPOSITORY: join(folder, 'eio') };
    await rm(join(folder, 'eio'), { recursive: true, force: true }); // of an earlier try
    expect((await runCli(['backup'], own)).status).toBe(0);
    const commits = join(folder, 'eio/app/backups');
    const fault = ['-f', '-P', commits, '-e', 'trace=fsync', '-e', 'inject=fsync:error=EIO:when=1'];
    const made = await runUnder(['strace', ...fault], ['backup', '--no-prune', '--json'], own);
    expect(made.stderr).toContain('(INJECTED)');
    expect(made.status, made.stderr).toBe(0);
    const [{ warnings }] = JSON.parse(made.stdout).result.backups;
    expect(warnings).toEqual([expect.stringMatching(/is there, though storing it ended with an error: .*EIO/)]);
    expect(await readdir(commits)).toHaveLength(2);
    expect((await runCli(['verify', '--all', '--level', 'content'], own)).status).toBe(0);
  },
);

test('the cache is used: it holds the commits that were read', async () => {
  const cache = join(folder, '.cache/postgres-backuper');
  const names = (await readdir(cache)).filter((name) => name !== 'code'); // Node's own
  const files = await Promise.all(names.map((name) => readFile(join(cache, name), 'utf8')));
  expect(files.join('').match(/^app\/backups\/backup_\w+\.json /gm)?.length).toBeGreaterThanOrEqual(4);
});
