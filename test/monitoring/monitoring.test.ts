import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  findProgram,
  freePort,
  type Postgres,
  type Prometheus,
  PUSH_LOGIN,
  type Pushgateway,
  run,
  startPostgres,
  startPrometheus,
  startPushgateway,
  startWebReceiver,
  testMajors,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli, serverVariables } from '../cli/run-cli.ts';
import { lockTable } from '../lock-table.ts';

const MONITORING = join(import.meta.dirname, '../../monitoring');
/** A name that a grouping key cannot hold as it is. */
const ODD = 'the "shop"/ä';
let postgres: Postgres;
let pushgateway: Pushgateway;
let prometheus: Prometheus;
let folder: string;
let repository: string;
let env: Record<string, string>;

beforeAll(async () => {
  postgres = await startPostgres({ major: testMajors().at(-1)! });
  for (const name of ['shop', ODD]) {
    await postgres.createDatabase(name);
    await postgres.psql('CREATE TABLE t AS SELECT g FROM generate_series(1, 1000) g', name);
  }
  folder = await mkdtemp(join(tmpdir(), 'monitored-'));
  repository = join(folder, 'r');
  pushgateway = await startPushgateway();
  prometheus = await startPrometheus({ pushgateway: pushgateway.port, rules: join(MONITORING, 'alerts.yml') });
  env = {
    ...serverVariables(postgres),
    ...{ HOME: folder, BACKUP_ENCRYPTION: 'none', BACKUP_REPOSITORY: repository },
    BACKUP_METRICS_PUSH: `http://127.0.0.1:${pushgateway.port}`,
  };
});
afterAll(async () => {
  await prometheus?.stop();
  await pushgateway?.stop();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The value of a metric at the Pushgateway with all these parts of its labels; undefined: it is absent. */
async function pushed(metric: string, ...labels: readonly string[]): Promise<number | undefined> {
  const lines = (await pushgateway.metrics())
    .split('\n')
    .filter((line) => line.startsWith(`postgres_backup_${metric}{`));
  const [line, second] = lines.filter((one) => labels.every((label) => one.includes(label)));
  expect(second).toBeUndefined();
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

test('what was pushed stays true when later runs fail', async () => {
  const begun = Date.now();
  const good = await runCli(['backup', '--dbname', 'shop'], env);
  expect(good).toMatchObject({ status: 0, stderr: expect.not.stringContaining('pushed') });
  const success = await pushed('last_success_timestamp_seconds', 'name="shop"', `location="${repository}"`);
  expect(success).toBeGreaterThanOrEqual(Math.floor(begun / 1000));
  expect(await pushed('run_success', 'command="backup"', 'name="shop"')).toBe(1);
  expect(await pushed('rows', 'name="shop"')).toBe(1000);

  const away = await runCli(['backup', '--dbname', 'shop', '--port', '1'], env);
  expect(away.status).toBe(75);
  expect(await pushed('run_success', 'command="backup"', 'name="shop"')).toBe(0);
  expect(await pushed('exit_status', 'command="backup"', 'name="shop"')).toBe(75);
  expect(await pushed('last_success_timestamp_seconds', 'name="shop"')).toBe(success);

  await rename(repository, `${repository}.away`);
  await writeFile(repository, 'no folder');
  const blind = await runCli(['backup', '--dbname', 'shop', '--port', '1'], env);
  await rm(repository);
  await rename(`${repository}.away`, repository);
  expect(blind.status).toBe(75);
  expect(await pushed('last_success_timestamp_seconds', 'name="shop"')).toBe(success);
  expect(await pushed('rows', 'name="shop"')).toBe(1000);

  const wrong = await runCli(['backup', '--dbname', 'shop', '--keep-last', 'many'], env);
  expect(wrong.status).toBe(2);
  expect(await pushed('exit_status', 'command="backup"', 'name="shop"')).toBe(2);
  expect(await pushed('last_success_timestamp_seconds', 'name="shop"')).toBe(success);
});

test('jobs for other databases, and other commands, keep their own groups', async () => {
  const held = () => pushed('held_backups', 'name="the \\"shop\\"/ä"');
  const [begun, before = 0] = [Date.now(), await held()];
  expect(await runCli(['backup', '--dbname', ODD], env)).toMatchObject({ status: 0 });
  expect(await runCli(['verify', 'latest', '--level', 'content', '--dbname', 'shop'], env)).toMatchObject({
    status: 0,
  });
  expect(await pushed('run_success', 'command="verify"', 'name="shop"')).toBe(1);
  expect(await pushed('exit_status', 'command="backup"', 'name="shop"')).toBe(2);
  expect(await held()).toBe(before + 1);
  const verified = await pushed('last_verification_timestamp_seconds', 'name="shop"', 'level="content"');
  expect(verified).toBeGreaterThanOrEqual(Math.floor(begun / 1000));
  expect(await pushed('free_bytes', `location="${repository}"`)).toBeGreaterThan(0);
  const log = pushgateway.log();
  expect(log).not.toMatch(/level=(warn|error)/);
});

test('each query of the dashboard gives a series', async () => {
  expect(await runCli(['backup', '--dbname', 'shop'], env)).toMatchObject({ status: 0 });
  const { panels } = JSON.parse(await readFile(join(MONITORING, 'grafana-dashboard.json'), 'utf8')) as Dashboard;
  const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr.replaceAll('$name', '.*')));
  expect(queries.length).toBeGreaterThan(20);
  await expect.poll(() => prometheus.query('postgres_backup_run_success == 1')).not.toEqual([]);
  for (const query of queries) {
    const series = await prometheus.query(query);
    expect(series, query).not.toEqual([]);
    expect(series.map(({ value: [, value] }) => Number(value)).every(Number.isFinite), query).toBe(true);
  }
});

test('an alert fires for a run that failed, of no name that is good', async () => {
  expect(await runCli(['backup', '--dbname', ODD, '--port', '1'], env)).toMatchObject({ status: 75 });
  const firing = async () => (await prometheus.query('ALERTS{alertstate="firing"}')).map(({ metric }) => metric);
  await expect.poll(firing).toMatchObject([{ alertname: 'PostgresBackupFailed', name: ODD }]);
});

test('the file is what Prometheus reads, by its conventions', async () => {
  const file = join(folder, 'metrics.prom');
  expect(await runCli(['status', '--metrics-file', file], env)).toMatchObject({ status: 0 });
  const text = await readFile(file, 'utf8');
  expect(text).toMatch(/^postgres_backup_run_success\{command="status"\} 1$/m);
  expect(await run(await findProgram('promtool'), ['check', 'metrics'], { input: text })).toBe('');
});

test('the rules are right, and each alert is tried', async () => {
  const promtool = await findProgram('promtool');
  await run(promtool, ['check', 'rules', join(MONITORING, 'alerts.yml')]);
  await run(promtool, ['test', 'rules', join(MONITORING, 'alerts.test.yml')]);
  const rules = await readFile(join(MONITORING, 'alerts.yml'), 'utf8');
  const tests = await readFile(join(MONITORING, 'alerts.test.yml'), 'utf8');
  const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
  const fired = [...tests.matchAll(/alertname: (\w+)\s+exp_alerts/g)].map(([, name]) => name);
  expect(new Set(fired)).toEqual(new Set(alerts));
});

test('a login is sent; a wrong one is a warning without it, and the outcome stands', async () => {
  const closed = await startPushgateway({ login: true });
  const password = encodeURIComponent(PUSH_LOGIN.password);
  const urlOf = (secret: string, path = '') => `http://${PUSH_LOGIN.user}:${secret}@127.0.0.1:${closed.port}${path}`;
  const backup = (url: string) => runCli(['backup', '--dbname', 'shop'], { ...env, BACKUP_METRICS_PUSH: url });
  try {
    const good = await backup(urlOf(password, '/metrics/job/nightly/instance/db1'));
    expect(good).toMatchObject({ status: 0, stderr: expect.not.stringContaining('pushed') });
    expect(await closed.metrics()).toContain(
      'exit_status{command="backup",instance="db1",job="nightly",name="shop"} 0',
    );
    const bad = await backup(urlOf('s3cret'));
    expect(bad.status).toBe(0);
    expect(bad.stderr).toContain(
      `! the metrics were not pushed to 127.0.0.1:${closed.port}: the server answered 401\n`,
    );
    expect(bad.stderr + bad.stdout).not.toMatch(/s3cret|right/);
  } finally {
    await closed.stop();
  }
});

test('after a cancel a gateway that never answers holds nobody up, and gets what the run knows', async () => {
  const hanging = await startWebReceiver({ answer: () => undefined });
  const unlock = await lockTable(postgres, 't', 'shop');
  const own = { ...env, BACKUP_METRICS_PUSH: `http://:s3cret@127.0.0.1:${hanging.port}` };
  let cancelledAt = 0;
  const end = await runCli(['backup', '--dbname', 'shop'], own, (child) => {
    child.stderr?.on('data', (text: string) => {
      if (cancelledAt > 0 || !text.includes('taking a snapshot')) return;
      cancelledAt = performance.now();
      child.kill('SIGTERM');
    });
  });
  const tookMs = performance.now() - cancelledAt;
  await unlock();
  expect(tookMs).toBeLessThan(9500); // 10 s without a cancel
  expect(end).toMatchObject({ status: 143, stderr: expect.stringContaining('the server did not answer in time') });
  expect(end.stderr + end.stdout).not.toContain('s3cret');
  expect(hanging.received.map(({ method, url }) => [method, url])).toEqual([
    ['PUT', '/metrics/job/postgres_backup/command/backup/name/shop'],
  ]);
  expect(hanging.received[0]?.headers.authorization).toBe('Bearer s3cret');
  expect(hanging.received[0]?.body).toContain('postgres_backup_exit_status{command="backup"} 143\n');
  await hanging.stop();
});

test('a signal while a repository does not answer ends the reading alone, and what is known is told', async () => {
  const hanging = await startWebReceiver({ answer: () => undefined });
  const file = join(folder, 'hanging.prom');
  const own = {
    ...{ BACKUP_REPOSITORY: JSON.stringify([repository, 's3://bucket/p']), BACKUP_METRICS_FILE: file },
    BACKUP_S3_ENDPOINT: `http://127.0.0.1:${hanging.port}`,
    ...{ BACKUP_S3_ACCESS_KEY: 'k', BACKUP_S3_SECRET_KEY: 's' },
  };
  const words = ['backup', '--dbname', 'shop', '--keep-last', 'many'];
  const end = await runCli(words, { ...env, ...own }, (child) => {
    void until(() => hanging.received.length > 0).then(() => setTimeout(() => child.kill('SIGTERM'), 500));
  });
  await hanging.stop();
  expect(end).toMatchObject({ status: 2, stderr: expect.stringContaining('--keep-last') });
  const text = await readFile(file, 'utf8');
  expect(text).toContain(`rows{name="shop",location="${repository}"} 1000\n`);
  expect(text).not.toContain('s3://');
});

async function until(isSo: () => boolean): Promise<void> {
  await expect.poll(isSo).toBe(true);
}

test('calls that are tried again are counted', async () => {
  const port = String(await freePort());
  const storage = { BACKUP_REPOSITORY: 's3://bucket/p', BACKUP_S3_ENDPOINT: `http://127.0.0.1:${port}` };
  const keys = { BACKUP_S3_ACCESS_KEY: 'k', BACKUP_S3_SECRET_KEY: 's' };
  const end = await runCli(['status', '--name', 'away', '--retry-for', '3s'], { ...env, ...storage, ...keys });
  expect(end.status).toBe(75);
  expect(await pushed('run_retries', 'command="status"', 'name="away"')).toBeGreaterThan(0);
  expect(await pushed('held_backups', 'name="away"')).toBeUndefined();
});

interface Dashboard {
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
}
