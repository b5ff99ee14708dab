import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
  expect(await dumping()).toBe('0');
  expect(await programsOf(repository)).toEqual([]);
  expect(end.summary).toContain('cancelled');
  const post = await (await startStep(stage, { action: 'backup', script: 'post', more: end.state })).ended;
  expect(post).toMatchObject({ status: 0, log: expect.stringContaining('backup was cancelled: nothing of it runs') });
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

/** A backup that has stored a part of the table. */
async function startedBackup(name: string) {
  const { postgres, publicKey } = stage;
  const repository = join(stage.folder, `repository-${name}`);
  const inputs = {
    ...{ host: postgres.host, port: String(postgres.port), user: postgres.user, password: postgres.password },
    ...{ dbname: 'app', repository, 'public-key': publicKey, jobs: '1' },
  };
  const step = await startStep(stage, { action: 'backup', inputs });
  while (!(await filesBelow(repository)).some((file) => /segment-\d+/.test(file))) await sleep(10);
  return { ...step, repository };
}

async function expectNoBackup(repository: string): Promise<void> {
  const status = await startStep(stage, { action: 'status', inputs: { repository, name: 'app' } });
  const end = await status.ended;
  expect(end, end.log).toMatchObject({
    status: 1,
    log: expect.stringContaining('::error title=PostgreSQL status failed::'),
  });
}

/** How many sessions are reading the database. */
function dumping(): Promise<string> {
  return stage.postgres.psql(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = 'app' AND application_name LIKE 'pg_dump%'",
  );
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
