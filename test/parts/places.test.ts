import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sshd, startSshd, tryRun } from '@postgres-backuper/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fillLargeDatabase, sumsOfLarge } from '../large-database.ts';
import { beginSecondReader } from '../recovery/second-reader.ts';
import { newLabel, type PartsBench, startBench } from './bench.ts';

const DBNAME = 'large "db"';
/** No keys: what a job has of them is unset. */
const KEYLESS = Object.fromEntries(
  ['PUBLIC_KEY', 'PRIVATE_KEY', 'PRIVATE_KEY_PASSPHRASE', 'SIGNING_KEY', 'SIGNER_KEY'].map((key) => [
    `BACKUP_${key}`,
    '',
  ]),
);

type Variables = Readonly<Record<string, string>>;

let bench: PartsBench;
let folder: string;
let sshd: Sshd;
let sums: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parts-places-'));
  [bench, sshd] = await Promise.all([startBench(18), startSshd()]);
  await bench.postgres.createDatabase(DBNAME);
  await fillLargeDatabase(bench.postgres, DBNAME);
  sums = await sumsOfLarge(bench.postgres, DBNAME);
});
afterEach(() => bench.gateway.set(undefined));
afterAll(async () => {
  await tryRun('umount', [join(folder, 'full')]);
  await Promise.allSettled([bench?.stop(), sshd?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

/** A holder that reads no part and a worker for each of two; their statuses and results. */
async function backUp(more: Variables = {}, label = newLabel()) {
  const jobs = [
    ['--parts', '2', '--no-holder-works'],
    ['--part', '1/2'],
    ['--part', '2/2'],
  ];
  const ends = await Promise.all(
    jobs.map((words) => bench.run(['backup', '--json', ...words, '--label', label], more)),
  );
  const said = ends.map(({ stdout, stderr }) => `${stdout.slice(0, 2000)}\n${stderr}`).join('\n');
  return { label, statuses: ends.map(({ status }) => status), said, made: JSON.parse(ends[0]?.stdout ?? '').result };
}

/** A restore with the rows of the original. */
async function proves(label: string, more: Variables = {}): Promise<void> {
  const into = `proven_${label.slice(-6)}`;
  const restored = await bench.run(['restore', label, '--into', into], more);
  expect(restored.status, restored.stderr).toBe(0);
  expect(await sumsOfLarge(bench.postgres, into)).toBe(sums);
  await bench.postgres.psql(`DROP DATABASE ${into}`);
}

test('without encryption in a directory: a drill, a restore, a copy, and a restore without us', async () => {
  const plain = { ...KEYLESS, BACKUP_REPOSITORY: join(folder, 'plain'), BACKUP_ENCRYPTION: 'none' };
  const { label, statuses, said } = await backUp(plain);
  expect(statuses, said).toEqual([0, 0, 0]);
  const drilled = await bench.run(['verify', label, '--level', 'restore', '--json'], plain);
  expect(drilled.status, drilled.stdout + drilled.stderr).toBe(0);
  const copied = await bench.run(['copy', label, '--to', join(folder, 'copied')], plain);
  expect(copied.status, copied.stderr).toBe(0);
  const elsewhere = { ...plain, BACKUP_REPOSITORY: join(folder, 'copied') };
  await rm(join(folder, 'plain'), { recursive: true });
  await proves(label, elsewhere);
  const reader = await beginSecondReader({ readers: [{}], signer: null }, folder);
  const proven = await reader.read('verify', join(folder, 'copied'), 'large', label);
  expect(proven.status, proven.stdout + proven.stderr).toBe(0);
  await reader.end();
});

test('with a passphrase on an SFTP server, without a secret of its own', async () => {
  const sftp = {
    ...{ ...KEYLESS, BACKUP_DEDUP_SECRET: '', BACKUP_PASSPHRASE: 'sesame of all jobs' },
    ...{ BACKUP_REPOSITORY: sshd.url('parts'), BACKUP_SFTP_KEY: sshd.keyFile, BACKUP_SFTP_HOST_KEY: sshd.hostKey },
  };
  const { label, statuses, said } = await backUp(sftp);
  expect(statuses, said).toEqual([0, 0, 0]);
  await proves(label, sftp);
});

test('in two places; where the disk of one is full the other has the whole backup, and nothing stays on the full one', async ({
  skip,
}) => {
  const [good, full] = [join(folder, 'good'), join(folder, 'full')];
  const both = await backUp({ BACKUP_REPOSITORY: JSON.stringify(['s3://parts/', good]) });
  expect(both.statuses, both.said).toEqual([0, 0, 0]);
  await proves(both.label, { BACKUP_REPOSITORY: good });
  await proves(both.label);
  await mkdir(full);
  const mounted = await tryRun('mount', ['-t', 'tmpfs', '-o', 'size=3m,mode=700', 'tmpfs', full]);
  if (mounted.status !== 0) skip(`no tmpfs: ${mounted.stderr}`);
  const one = await backUp({ BACKUP_REPOSITORY: JSON.stringify(['s3://parts/', join(full, 'r')]) });
  expect(one.statuses[0], one.said).toBe(4);
  const destinations = one.made.backups[0].destinations.map((at: { committed: boolean }) => at.committed);
  expect(destinations).toEqual([true, false]);
  await proves(one.label);
  const left = await readdir(full, { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => entry.isFile()).map(({ name }) => name)).toEqual([]);
});

test.each([/^PUT .*\/claim-/, /^PUT .*\/plan/, /^PUT .*\/part-/, /^PUT .*\/segment-/])(
  'a lost answer of %s: the put is repeated, and one backup comes out',
  async (on) => {
    bench.gateway.set({ on, does: 'loses', times: 3 });
    const { label, statuses, said } = await backUp({ MINIO_ENDPOINT: bench.gateway.endpoint });
    expect(statuses, said).toEqual([0, 0, 0]);
    expect(bench.gateway.hits).toBeGreaterThan(0);
    await proves(label);
  },
);

test('a worker that comes between the last row and the commit has nothing to do', async () => {
  const label = newLabel();
  const holder = await bench.beginHeld(['backup', '--json', '--parts', '2', '--label', label], /backups\//);
  const late = await bench.run(['backup', '--json', '--part', '1/2', '--label', label]);
  expect([late.status, JSON.parse(late.stdout).result?.part.parts], late.stdout + late.stderr).toEqual([0, []]);
  bench.gateway.set(undefined);
  const end = await holder.ended;
  expect(end.status, end.stderr).toBe(0);
  await proves(label);
});

test('a late worker of a run that died harms no later backup, and ends with 75', async () => {
  const old = newLabel();
  const holder = bench.begin(['backup', '--parts', '2', '--no-holder-works', '--label', old]);
  const worker = await bench.beginHeld(['backup', '--json', '--part', '1/2', '--label', old], /segment-/);
  worker.signal('SIGSTOP'); // it would notice at once
  holder.signal('SIGKILL');
  await holder.ended;
  const { label, statuses, said } = await backUp();
  expect(statuses, said).toEqual([0, 0, 0]);
  worker.signal('SIGCONT'); // its segment still waits: it would be done before it notices
  const end = await worker.ended;
  expect([end.status, JSON.parse(end.stdout).error.code], end.stderr).toEqual([75, 'holder-gone']);
  expect(await bench.labels()).not.toContain(old);
  await proves(label);
});
