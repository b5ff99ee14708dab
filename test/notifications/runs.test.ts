import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Postgres,
  startPostgres,
  startWebReceiver,
  testMajors,
  type WebReceiver,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCli, serverVariables } from '../cli/run-cli.ts';
import { lockTable } from '../lock-table.ts';

/** A name that is markup, a mention and a link in some service. */
const HOSTILE = '<b>*[x](y) @everyone';
let postgres: Postgres;
let folder: string;
let web: WebReceiver;
/** Answers 404. */
let refusing: WebReceiver;
let env: Record<string, string>;

beforeAll(async () => {
  postgres = await startPostgres({ major: testMajors().at(-1)! });
  await postgres.createDatabase(HOSTILE);
  await postgres.psql('CREATE TABLE t AS SELECT g FROM generate_series(1, 1000) g', HOSTILE);
  await postgres.createDatabase('slow');
  await postgres.psql('CREATE TABLE t AS SELECT 1 AS a', 'slow');
  folder = await mkdtemp(join(tmpdir(), 'notified-'));
  web = await startWebReceiver();
  refusing = await startWebReceiver({ answer: (response) => response.writeHead(404).end() });
  env = {
    ...serverVariables(postgres),
    ...{ HOME: folder, BACKUP_ENCRYPTION: 'none', BACKUP_REPOSITORY: join(folder, 'r'), PG_DB: HOSTILE },
    BACKUP_NOTIFY: `webhook+http://127.0.0.1:${web.port}/hook heartbeat+http://127.0.0.1:${web.port}/beat`,
  };
});
afterAll(async () => {
  await web?.stop();
  await refusing?.stop();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  web.received.length = 0;
});

/** The messages of the webhook, and the paths of the heartbeat in their order. */
function got() {
  const messages = web.received.filter(({ url }) => url === '/hook').map(({ body }) => JSON.parse(body));
  return { messages, beats: web.received.filter(({ url }) => url !== '/hook').map(({ url }) => url) };
}

test('a report sends a digest where it is asked for, a check its failure, and no heartbeat counts them', async () => {
  const own = { ...env, BACKUP_REPOSITORY: await mkdtemp(join(folder, 'digest-')) };
  expect((await runCli(['backup'], { ...own, BACKUP_NOTIFY: '' })).status).toBe(0);
  const report = ['report', '--output', join(folder, 'page.html')];
  expect((await runCli(report, own)).status).toBe(0);
  expect(got()).toEqual({ messages: [], beats: [] });
  expect((await runCli([...report, '--notify-on', 'digest'], own)).status).toBe(0);
  expect((await runCli(['check'], { ...own, PG_PORT: '1' })).status).not.toBe(0);
  const { messages, beats } = got();
  expect(beats).toEqual([]);
  expect(messages.map(({ event }) => event)).toEqual(['digest', 'failure']);
  expect(messages[0]).toMatchObject({ title: 'PostgreSQL backups: 1 name, all good', names: [], hint: null });
  expect(messages[0].problems).toEqual([expect.stringContaining(`'${HOSTILE}': `)]);
});

test('a failure, another one, the recovery; then nothing more, but to who wants each success', async () => {
  const repository = await mkdtemp(join(folder, 'r-'));
  const own = { ...env, BACKUP_REPOSITORY: repository };
  const first = await runCli(['backup'], own);
  expect(first.status, first.stderr).toBe(0);
  expect(got()).toEqual({ messages: [], beats: ['/beat/start', '/beat'] });

  const wrong = { ...own, PG_PASSWORD: 'CaNaRy-wrong', PG_HOST: '127.0.0.1', PG_PORT: '1' };
  for (const since of [false, true]) {
    web.received.length = 0;
    const failed = await runCli(['backup'], {
      ...wrong,
      GITHUB_ACTIONS: '',
      CI_JOB_URL: 'https://gitlab.example/-/jobs/1',
    });
    expect(failed.status).toBe(75);
    const { messages, beats } = got();
    expect(beats).toEqual(['/beat/start', '/beat/fail']);
    expect(messages).toEqual([
      {
        ...{ version: 1, event: 'failure', at: expect.any(String), job: null },
        title: `PostgreSQL backup failed: '${HOSTILE}'`,
        problems: [expect.stringContaining('127.0.0.1')],
        hint: expect.any(String),
        facts: {
          ...{
            server: '127.0.0.1:1',
            repository,
            'exit status': '75',
            machine: expect.any(String),
          },
          'last good backup': expect.stringMatching(/^backup_\w+, .* old$/),
          ...(since ? { 'failing since': expect.stringMatching(/^20.*Z$/) } : {}),
        },
        ...{ command: 'backup', exit: 75, code: 'server-unreachable', names: [HOSTILE], labels: [] },
      },
    ]);
    expect(JSON.stringify(web.received)).not.toContain('CaNaRy');
  }

  web.received.length = 0;
  const good = await runCli(['backup', '--json'], own);
  expect(good.status, good.stderr).toBe(0);
  const [{ label }] = JSON.parse(good.stdout).result.backups;
  expect(got()).toMatchObject({
    messages: [
      {
        ...{ event: 'recovery', title: `PostgreSQL backup works again: '${HOSTILE}'`, labels: [label] },
        problems: [
          expect.stringMatching(/^runs failed since 20.*Z, for /),
          expect.stringMatching(/: backup_\w+, 1 table, 1.000 rows, .* stored \(\+0 %\), in /),
        ],
      },
    ],
    beats: ['/beat/start', '/beat'],
  });

  web.received.length = 0;
  expect((await runCli(['backup'], own)).status).toBe(0);
  expect(got().messages).toEqual([]);
  expect((await runCli(['backup', '--notify-on', 'success,failure'], own)).status).toBe(0);
  expect(got().messages).toMatchObject([{ event: 'success', title: `PostgreSQL backup done: '${HOSTILE}'` }]);
  const stored = await readdir(repository, { recursive: true });
  expect(stored.filter((path) => path.includes('backup-failed'))).toHaveLength(1);
});

test('status that misses a backup says which', async () => {
  const end = await runCli(['status', '--name', HOSTILE], env);
  expect(end.status).toBe(1);
  expect(got()).toMatchObject({
    messages: [
      { event: 'missing', title: `PostgreSQL backup is missing: '${HOSTILE}'`, code: 'backup-none', names: [HOSTILE] },
    ],
    beats: ['/beat/start', '/beat/fail'],
  });
});

test('a start that fails is a failure, also where it is not known what is wanted', async () => {
  const end = await runCli(['backup', '--no-such-option', '--notify-on=failures'], {
    ...env,
    BACKUP_KEEP_DAYS: 'CaNaRy',
  });
  expect(end.status).toBe(2);
  expect(got()).toMatchObject({
    messages: [
      {
        event: 'failure',
        code: 'configuration-invalid',
        problems: [
          '3 settings are wrong',
          '--no-such-option is unknown',
          'BACKUP_KEEP_DAYS: the value is not a whole number',
          expect.stringMatching(/^--notify-on: the value is not one of /),
        ],
      },
    ],
  });
  expect(JSON.stringify(web.received)).not.toContain('CaNaRy');
});

const PAGE = 'https://ci.example/o/r';
test.each([
  ['gitlab', { GITLAB_CI: 'true', CI_JOB_URL: `${PAGE}/-/jobs/1` }, `${PAGE}/-/jobs/1`],
  [
    'github',
    { GITHUB_ACTIONS: 'true', GITHUB_SERVER_URL: 'https://ci.example', GITHUB_REPOSITORY: 'o/r', GITHUB_RUN_ID: '7' },
    `${PAGE}/actions/runs/7/attempts/1`,
  ],
  ['teamcity', { TEAMCITY_VERSION: '2026.1', BUILD_URL: `${PAGE}/build/1` }, `${PAGE}/build/1`],
  ['airflow', { AIRFLOW_CTX_DAG_ID: 'd', AIRFLOW_CTX_LOG_URL: `${PAGE}/dags` }, `${PAGE}/dags`],
  ['machine', { BACKUP_CI: 'machine' }, null],
])('on %s the message has the page of the job, and one that fails is a warning there', async (_, variables, job) => {
  const urls = `${env.BACKUP_NOTIFY} slack+http://127.0.0.1:${refusing.port}/CaNaRy`;
  const end = await runCli(['status', '--name', 'nobody'], { ...env, ...variables, BACKUP_NOTIFY: urls });
  expect(end.status, end.stderr).toBe(1);
  expect(got().messages).toMatchObject([{ event: 'missing', job }]);
  expect(end.stdout + end.stderr).toContain(
    `no message to Slack at 127.0.0.1:${refusing.port}: the server answered 404`,
  );
  expect(end.stdout + end.stderr).not.toContain('CaNaRy');
});

test('many databases are one message', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `missing${index}`).flatMap((name) => ['--dbname', name]);
  const { PG_DB: _, ...rest } = env;
  const end = await runCli(['backup', '--dbname', 'slow', ...names], rest);
  expect(end.status).toBe(4);
  const { messages, beats } = got();
  expect(messages).toMatchObject([
    {
      event: 'failure',
      title: expect.stringMatching(/only partly done: 'missing0', 'missing1', 'missing2' and 37 more$/),
    },
  ]);
  expect(messages[0].problems.length).toBeLessThanOrEqual(21);
  expect(messages[0].names).toHaveLength(40);
  expect(beats).toEqual(['/beat/start', '/beat/fail']);
  const names2 = await runCli(['status', '--json'], { ...rest, BACKUP_NOTIFY: '' });
  expect(names2.stdout).not.toContain('missing0');
});

test('a cancel is told within the time that a host leaves', async () => {
  const unlock = await lockTable(postgres, 't', 'slow');
  let cancelledAt = 0;
  const end = await runCli(['backup', '--dbname', 'slow'], { ...env, PG_DB: '' }, (child) => {
    child.stderr?.on('data', (text: string) => {
      if (cancelledAt > 0 || !text.includes('taking a snapshot')) return;
      cancelledAt = performance.now();
      child.kill('SIGTERM');
    });
  });
  const tookMs = performance.now() - cancelledAt;
  await unlock();
  expect(tookMs).toBeLessThan(9500); // 10 s without a cancel
  expect(end.status, end.stderr).toBe(143);
  expect(got()).toMatchObject({
    messages: [{ event: 'failure', title: "PostgreSQL backup cancelled: 'slow'", code: 'cancelled', exit: 143 }],
    beats: ['/beat/start', '/beat/fail'],
  });
});

test('a service that takes no message changes nothing but a warning', async () => {
  const BACKUP_NOTIFY = `discord+http://127.0.0.1:${refusing.port}/CaNaRy`;
  const end = await runCli(['backup', '--notify-on', 'success', '--json'], { ...env, BACKUP_NOTIFY });
  expect(end.status, end.stderr).toBe(0);
  expect(end.stderr).toContain(`no message to Discord at 127.0.0.1:${refusing.port}: the server answered 404`);
  expect(end.stdout + end.stderr).not.toContain('CaNaRy');
});
