import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres, type S3Server, startMinio, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prometheusToken } from '../check/prometheus-token.ts';
import { runCli, serverVariables } from './run-cli.ts';

let postgres: Postgres;
let minio: S3Server;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  [postgres, minio] = await Promise.all([startPostgres({ major: 14 }), startMinio()]);
  await minio.createBucket('second');
  await postgres.createDatabase('app');
  await postgres.psql('CREATE TABLE t AS SELECT generate_series(1, 1000) AS n', 'app');
  folder = await mkdtemp(join(tmpdir(), 'two-'));
  await chmod(folder, 0o700);
  const config = {
    encryption: 'none',
    'retry-for': '1s',
    destinations: [
      { repository: join(folder, 'first') },
      {
        repository: 's3://second/backups',
        's3-endpoint': minio.endpoint,
        's3-access-key-file': { env: 'SECOND_ACCESS' },
        's3-secret-key-file': { env: 'SECOND_SECRET' },
      },
    ],
  };
  await writeFile(join(folder, 'postgres-backuper.json'), JSON.stringify(config));
  env = {
    HOME: folder,
    TMPDIR: folder,
    ...serverVariables(postgres),
    PG_DB: 'app',
    BACKUP_CONFIG: join(folder, 'postgres-backuper.json'),
    SECOND_ACCESS: minio.accessKey,
    SECOND_SECRET: minio.secretKey,
  };
});
afterAll(async () => {
  await Promise.allSettled([postgres?.stop(), minio?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

test('--limit-rate holds for what goes to both together, and for what comes back', async () => {
  await postgres.createDatabase('random');
  const noise = 'SELECT string_agg(md5(random()::text), $$$$) FROM generate_series(1, 10000)';
  await postgres.psql(`CREATE TABLE t AS SELECT decode((${noise}), 'hex') AS b`, 'random');
  const limited = { ...env, PG_DB: 'random', BACKUP_LIMIT_RATE: '100KiB' };
  const made = await runCli(['backup', '--json', '--no-prune'], limited);
  expect(made.status, made.stderr).toBe(0);
  const [{ durationMs, totals }] = JSON.parse(made.stdout).result.backups;
  expect(totals.storedBytes).toBeGreaterThan(150_000);
  const leastMs = (totals.storedBytes / 102_400) * 1000;
  expect(durationMs).toBeGreaterThanOrEqual(2 * leastMs);
  const restored = await runCli(['restore', 'latest', '--into', 'random_copy', '--json'], limited);
  expect(restored.status, restored.stderr).toBe(0);
  const unlimited = await runCli(['backup', '--limit-rate', '1KB/s'], { ...env, PG_DB: 'random' });
  expect([unlimited.status, unlimited.stderr]).toEqual([2, expect.stringContaining('limit-rate')]);
  const digest = 'SELECT md5(b) FROM t';
  expect(await postgres.psql(digest, 'random_copy')).toBe(await postgres.psql(digest, 'random'));
  expect(JSON.parse(restored.stdout).result.durationMs).toBeGreaterThanOrEqual(leastMs * 0.9);
});

test('a backup lies in both, and each is listed and verified', async () => {
  const made = await runCli(['backup', '--json'], env);
  expect(made.status, made.stderr).toBe(0);
  const [backup] = JSON.parse(made.stdout).result.backups;
  expect(backup.destinations.map((one: { committed: boolean }) => one.committed)).toEqual([true, true]);
  const listed = JSON.parse((await runCli(['list', '--json'], env)).stdout).result.repositories;
  expect(listed.map((one: { backups: { label: string }[] }) => one.backups[0]?.label)).toEqual([
    backup.label,
    backup.label,
  ]);
  const verified = JSON.parse((await runCli(['verify', '--json'], env)).stdout).result.repositories;
  expect(verified.map((one: { location: string }) => one.location)).toEqual([
    join(folder, 'first'),
    `s3://second/backups at ${minio.endpoint}`,
  ]);
});

test('when one cannot be used the other has the backup, exit 4, and the result says which', async () => {
  const made = await runCli(['backup', '--json'], { ...env, SECOND_SECRET: 'wrong' });
  expect(made.status, made.stderr).toBe(4);
  const [backup] = JSON.parse(made.stdout).result.backups;
  expect(backup.destinations).toMatchObject([{ committed: true, problem: null }, { committed: false }]);
  expect(backup.destinations[1].problem).toMatch(/\w/);
});

test('what is refused in one is no reason to lose the result of the other', async () => {
  const backups = join(folder, 'first/app/backups');
  await rm(join(folder, 'first'), { recursive: true, force: true }); // more of them have other refusals
  await runCli(['backup'], env);
  for (let made = 0; made < 2; made += 1) await runCli(['backup'], { ...env, SECOND_SECRET: 'wrong' });
  const newest = (await readdir(backups))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .at(-1) as string;
  await writeFile(join(backups, newest), '{}');
  const rules = ['--keep-days', '0', '--keep-last', '1', '--keep-minimum', '1'];
  const locations = [join(folder, 'first'), `s3://second/backups at ${minio.endpoint}`];
  for (const [command, code, status] of [
    ['prune', 'prune-refused', 1],
    ['status', 'newest-damaged', 1],
    ['verify', 'verification-failed', 3],
  ] as const) {
    const end = await runCli([command, '--json', ...(command === 'prune' ? rules : [])], env);
    const { error, result } = JSON.parse(end.stdout);
    expect([end.status, error?.code], end.stdout).toEqual([status, code]);
    expect(result.repositories.map((one: { location: string }) => one.location)).toEqual(locations);
  }
  const denied = await runCli(['prune', '--json', ...rules], { ...env, SECOND_SECRET: 'wrong' });
  expect(denied.status).toBe(1); // before an error of the settings comes what the first one says
  const { result } = JSON.parse(denied.stdout);
  expect(result.repositories).toMatchObject([{ location: locations[0], refusals: [{ brake: 'damaged-newest' }] }]);
  expect(result.problems).toHaveLength(2);
});

test('what one repository holds is listed where the other one is refused', async () => {
  const end = await runCli(['list', '--json'], { ...env, SECOND_SECRET: 'wrong' });
  const { result } = JSON.parse(end.stdout);
  expect(end.status, end.stderr).toBe(2);
  expect(result.repositories).toMatchObject([{ location: join(folder, 'first') }]);
});

test('a restore takes the repository that has the backup', async () => {
  expect((await runCli(['backup'], env)).status).toBe(0);
  const names = await readdir(join(folder, 'first/app/backups'));
  await rm(join(folder, 'first'), { recursive: true });
  expect(names.length).toBeGreaterThan(0);
  const end = await runCli(['restore', 'latest', '--into', 'copy'], env);
  expect(end.status, end.stderr).toBe(0);
  expect(end.stderr).toMatch(/first: /);
  expect(await postgres.psql('SELECT count(*) FROM t', 'copy')).toBe('1000');
});

test("a line end behind the keys that the AWS library reads is no part of them, nor behind the original scripts'", async () => {
  const { BACKUP_CONFIG: _config, ...rest } = env;
  const s3 = { ...rest, BACKUP_REPOSITORY: 's3://second/backups', MINIO_ENDPOINT: minio.endpoint };
  const keys = [`${minio.accessKey}\n`, `${minio.secretKey}\r\n`] as const;
  for (const [access, secret] of [
    ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
    ['MINIO_ACCESS_KEY', 'MINIO_SECRET_KEY'],
  ] as const) {
    const end = await runCli(['list', '--name', 'app'], { ...s3, [access]: keys[0], [secret]: keys[1] });
    expect(end.status, end.stderr).toBe(0);
  }
});

test('the log of each says who deleted, restored, pinned and verified what, from which job', async () => {
  const own = {
    ...env,
    PG_DB: 'logged',
    BACKUP_NAME: `logged_${process.hrtime.bigint()}`,
    GITHUB_ACTOR: 'octocat',
    GITHUB_RUN_ID: '7',
    GITHUB_REPOSITORY: 'a/b',
  };
  const job = { ...own, BACKUP_CI: 'github', GITHUB_SERVER_URL: 'https://user:word@github.example' };
  await postgres.createDatabase('logged');
  const earlier = { NODE_OPTIONS: `--import=${join(import.meta.dirname, '../storage/three-days-ago.ts')}` };
  const run = async (words: readonly string[], more: Record<string, string> = own) => {
    const end = await runCli(words, more);
    expect(end.status, `${words.join(' ')}: ${end.stderr}`).toBe(0);
    return end.stdout;
  };
  await run(['backup', '--no-prune'], { ...own, ...earlier });
  await run(['backup', '--keep-days', '1', '--keep-minimum', '1'], job);
  await run(['pin', 'latest']);
  await run(['verify']);
  await run(['restore', 'latest', '--into', 'logged_copy'], job);
  await run(['export', 'latest', await mkdtemp(join(folder, 'plain-'))]);
  const { repositories } = JSON.parse(await run(['log', '--json'])).result;
  const kinds = repositories.map(({ entries }: { entries: { kind: string }[] }) => entries.map(({ kind }) => kind));
  const both = ['verify-content-ok', 'pin', 'deleted'];
  expect(kinds).toEqual([['exported', 'restored', ...both], both]); // the first one is read from
  for (const { entries } of repositories) {
    const deleted = entries.at(-1);
    const link = 'https://github.example/a/b/actions/runs/7/attempts/1';
    expect(deleted).toMatchObject({ user: 'octocat', job: link, labels: [expect.stringMatching(/^backup_/)] });
    expect(deleted.texts).toEqual([expect.stringContaining(`${deleted.labels[0]}: `)]);
  }
  const text = await run(['log', '--kind', 'restore', '--since', '1h']);
  expect(text).toMatch(/Z restored backup_\w+ by octocat@\S+\n +into the database 'logged_copy' of \S+\n +https:/);
  expect(text).not.toContain('deleted');
  const unknown = await runCli(['log', '--name', 'loged'], own);
  expect(unknown.stderr).toContain('has no backup');
});

test('status says how each grew, what was left over, and until when there is room where the storage tells', async () => {
  const own = { ...env, PG_DB: 'grown' };
  await postgres.createDatabase('grown');
  for (const rows of [1000, 3000]) {
    await postgres.psql(`DROP TABLE IF EXISTS t; CREATE TABLE t AS SELECT generate_series(1, ${rows}) AS n`, 'grown');
    expect((await runCli(['backup'], own)).status).toBe(0);
  }
  const watched = async (more: Record<string, string> = {}) => {
    const { stdout, stderr } = await runCli(['status', '--json', '--name', 'grown'], { ...own, ...more });
    expect(stderr).toBe('');
    return JSON.parse(stdout).result.repositories;
  };
  const growth = { since: expect.stringMatching(/^20/), rawBytes: expect.any(Number) };
  const none = { growth, leftOvers: { runs: 0, storedBytes: 0 } };
  const room = { fullAt: null, daysUntilFull: null, horizonDays: 180 };
  const [local, minioAlone] = await watched();
  expect(local).toMatchObject({ ...none, forecast: room });
  expect(local.growth.rawBytes).toBeGreaterThan(5000);
  expect(minioAlone).toMatchObject({ ...none, freeBytes: null, forecast: null });
  const url = `${minio.endpoint}/minio/v2/metrics/cluster`;
  const [, told] = await watched({ BACKUP_S3_METRICS_URL: url, BACKUP_S3_METRICS_TOKEN: prometheusToken(minio) });
  expect(told).toMatchObject({ freeBytes: expect.any(Number), forecast: room });
  const { stdout } = await runCli(['status', '--name', 'grown'], own);
  expect(stdout).toMatch(/B stored of .*, \+.*B since 20.*; \d backups with .* free.*; not full within 180 days\n/);
});
