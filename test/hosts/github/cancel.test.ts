import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lockTable } from '../../lock-table.ts';
import { createStage, type Stage } from './harness.ts';
import { startStep } from './runner.ts';

/** GitHub's runner ends a step 7.5 s after it asked it to end. */
const GRACE_MS = 7000;

let stage: Stage;

beforeAll(async () => {
  stage = await createStage();
  await stage.postgres.createDatabase('app');
  await stage.postgres.psql(
    'CREATE TABLE big AS SELECT md5(g::text) || md5((g + 1)::text) || md5((g + 2)::text) AS t FROM generate_series(1, 900000) g',
    'app',
  );
});
afterAll(() => stage?.remove());

test.each(['SIGINT', 'SIGTERM'] as const)('%s: nothing runs any more, nothing counts, post says so', async (signal) => {
  const { repository, ...step } = await startedBackup(signal);
  const begun = Date.now();
  process.kill(step.pid, signal);
  const end = await step.ended;
  expect(Date.now() - begun).toBeLessThan(GRACE_MS);
  expect(end.status, end.log).toBe(signal === 'SIGINT' ? 130 : 143);
  await until(async () => (await sessions("datname = 'app'")) === '0');
  expect(await programsOf(repository)).toEqual([]);
  expect(end.summary).toContain('cancelled');
  const post = await (await startStep(stage, { action: 'backup', script: 'post', more: end.state })).ended;
  expect(post).toMatchObject({
    status: 0,
    log: expect.stringContaining('backup was cancelled: all its processes ended'),
  });
  await expectNoBackup(repository);
});

test('killed: post warns, and nothing counts', async () => {
  const { repository, ...step } = await startedBackup('killed');
  process.kill(step.pid, 'SIGKILL');
  const end = await step.ended;
  expect(end).toMatchObject({ status: null, state: { STATE_started: 'true' } });
  const post = await (await startStep(stage, { action: 'backup', script: 'post', more: end.state })).ended;
  expect(post.log).toContain('::warning title=PostgreSQL backup killed::backup was ended by force.');
  expect(post.summary).toContain('killed');
  await expectNoBackup(repository);
});

test('a step that never began has nothing to say afterwards', async () => {
  const post = await (await startStep(stage, { action: 'backup', script: 'post' })).ended;
  expect(post).toMatchObject({ status: 0, log: '', summary: '' });
});

test('while it waits for a lock: its sessions end on the server, too', async () => {
  const { postgres } = stage;
  await postgres.createDatabase('locked');
  await postgres.psql('CREATE TABLE a (n int)', 'locked');
  const unlock = await lockTable(postgres, 'a', 'locked');
  const inputs = { ...serverInputs(), dbname: 'locked', repository: join(stage.folder, 'repository-locked') };
  const step = await startStep(stage, { action: 'backup', inputs });
  await until(async () => (await sessions("wait_event_type = 'Lock'")) !== '0');
  process.kill(step.pid, 'SIGINT');
  expect(await step.ended).toMatchObject({ status: 130 });
  await until(async () => (await sessions("application_name LIKE 'postgres-backuper%'")) === '0');
  await unlock();
});

/** A backup that has stored a part of the table; the rest takes ten seconds on any machine. */
async function startedBackup(name: string) {
  const repository = await mkdtemp(join(stage.folder, `repository-${name}-`));
  const inputs = { ...serverInputs(), dbname: 'app', repository, jobs: '1', 'limit-rate': '4MiB' };
  const step = await startStep(stage, { action: 'backup', inputs });
  await until(async () => (await filesBelow(repository)).some((file) => /segment-\d+/.test(file)));
  return { ...step, repository };
}

function serverInputs(): Readonly<Record<string, string>> {
  const { postgres, publicKey } = stage;
  const { host, port, user, password } = postgres;
  return { host, port: String(port), user, password, 'public-key': publicKey };
}

async function expectNoBackup(repository: string): Promise<void> {
  const status = await startStep(stage, { action: 'status', inputs: { repository, name: 'app' } });
  const end = await status.ended;
  expect(end, end.log).toMatchObject({
    status: 1,
    log: expect.stringContaining('::error title=PostgreSQL status failed::'),
  });
}

/** How many sessions on the server are so. */
function sessions(condition: string): Promise<string> {
  const others = "backend_type = 'client backend' AND pid <> pg_backend_pid()";
  return stage.postgres.psql(`SELECT count(*) FROM pg_stat_activity WHERE ${others} AND ${condition}`, 'postgres');
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  await expect.poll(isSo, { interval: 20 }).toBe(true);
}

/** Command lines of processes that have the repository's environment. */
async function programsOf(repository: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')));
  return texts.filter((text) => text.includes(repository));
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
