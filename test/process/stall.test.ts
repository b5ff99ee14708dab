import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Postgres,
  run,
  startMinio,
  startPostgres,
  startTcpProxy,
  type TcpProxy,
} from '@postgres-backuper/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { begin, cli, createWorkplace, processes, untilGone, type Workplace } from '../bad-input/harness.ts';

let server: Postgres;
let proxy: TcpProxy;
let workplace: Workplace;
beforeAll(async () => {
  server = await startPostgres({ major: 18 });
  proxy = await startTcpProxy({ port: server.port });
  await server.psql('CREATE TABLE t AS SELECT g, repeat(md5(g::text), 20) AS x FROM generate_series(1, 100000) g');
});
afterAll(async () => {
  await proxy?.stop();
  await server?.stop();
});
beforeEach(async () => {
  proxy.set({});
  workplace = await createWorkplace(server);
});
afterEach(() => workplace.remove());

const LIMIT = '--stall-timeout=4s';
const QUICK = '--stall-timeout=2s';
/** For what takes a few seconds after the limit on an idle machine, seconds. */
const SOON = 4 + 30;

/** A backup through the proxy, to which `fault` happens while rows come. */
async function faulty(fault: () => Promise<void> | void) {
  const through = { ...workplace, env: { ...workplace.env, PGHOST: proxy.host, PGPORT: String(proxy.port) } };
  const run = begin(through, ['backup', '--jobs=1', LIMIT]);
  await run.says(/dumping/);
  proxy.set({ delayMs: 30 }); // the dump takes longer than what happens to it
  await untilActive();
  await fault();
  const begunAt = performance.now();
  const end = await run.ended;
  const seconds = (performance.now() - begunAt) / 1000;
  await untilGone(workplace);
  return { end, seconds };
}

const COPYING = "FROM pg_stat_activity WHERE query LIKE 'COPY public.t%' AND state = 'active'";

/** Process ids of the backends that send rows. */
async function untilActive(): Promise<readonly number[]> {
  for (;;) {
    await server.until(`EXISTS (SELECT ${COPYING})`);
    const pids = await server.psql(`SELECT pid ${COPYING}`);
    if (pids !== '') return pids.split('\n').map(Number);
  }
}

const TAKING =
  'FROM pg_stat_activity WHERE query LIKE \'%COPY "public"."t"%FROM%\' AND state = \'active\' AND pid <> pg_backend_pid()';

/** Stops the backend that takes rows of a restore while it says that it works. */
async function stopWorking(): Promise<number> {
  for (;;) {
    await server.until(`EXISTS (SELECT ${TAKING})`);
    const pid = Number(await server.psql(`SELECT pid ${TAKING}`));
    if (pid > 0) {
      process.kill(pid, 'SIGSTOP');
      if ((await server.psql(`SELECT count(*) ${TAKING} AND wait_event IS NULL`)) === '1') return pid;
      process.kill(pid, 'SIGCONT');
    }
    await sleep(5);
  }
}

/** Process ids of pg_dump with this argument that this file's runs started: other files run beside it. */
async function dumps(argument: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const words = (await readFile(`/proc/${name}/cmdline`, 'latin1').catch(() => '')).split('\0');
    const isOurs = words.some((word) => word.startsWith(`--file=${workplace.tempDir}/`));
    if (isOurs && words[0]?.endsWith('/pg_dump') && words.includes(argument)) found.push(Number(name));
  }
  return found;
}

describe('a run that waits for ever ends with 75, soon, and names whom it waited for:', () => {
  test('a network that takes bytes and brings none', async () => {
    const { end, seconds } = await faulty(() => proxy.set({ blackHole: true }));
    expect(end).toMatchObject({ status: 75 });
    expect(end.stderr).toMatch(/no progress for 4 s: waited for PostgreSQL, which does not answer/);
    expect(seconds).toBeLessThan(SOON);
  });

  test('a backend that was stopped', async () => {
    let pids: readonly number[] = [];
    const { end, seconds } = await faulty(async () => {
      await expect.poll(async () => (await processes(workplace)).join()).not.toContain('--format=custom --no-blobs'); // the run that reads the table of contents
      for (;;) {
        pids = await untilActive();
        for (const pid of pids) process.kill(pid, 'SIGSTOP');
        if ((await server.psql(`SELECT count(*) ${COPYING} AND wait_event IS DISTINCT FROM 'ClientWrite'`)) === '0')
          return;
        for (const pid of pids) process.kill(pid, 'SIGCONT'); // one that says it works is believed
        await sleep(10);
      }
    }).finally(() => {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    });
    expect(end).toMatchObject({ status: 75 });
    expect(end.stderr).toMatch(
      new RegExp(`waited for PostgreSQL's server process (${pids.join('|')}) .*COPY public\\.t`),
    );
    expect(seconds).toBeLessThan(SOON);
  });

  test('a backend that was stopped at the rows of a restore, and says that it works', async () => {
    expect(await cli(workplace, ['backup'])).toMatchObject({ status: 0 });
    const run = begin(workplace, ['restore', 'latest', '--into=stopped', '--jobs=1', LIMIT]);
    const pid = await stopWorking();
    const end = await run.ended.finally(() => process.kill(pid, 'SIGCONT'));
    expect(end).toMatchObject({ status: 75 });
    expect(end.stderr).toMatch(new RegExp(`waited for PostgreSQL's server process ${pid} \\(.*COPY "public"."t"`));
    await untilGone(workplace);
  });

  test('a pg_dump that was stopped', async () => {
    const { end, seconds } = await faulty(async () => {
      for (const pid of await dumps('--format=directory')) process.kill(pid, 'SIGSTOP');
    });
    expect(end).toMatchObject({ status: 75 });
    expect(end.stderr).toMatch(/waited for PostgreSQL's server process \d+.* or its client program/);
    expect(seconds).toBeLessThan(SOON);
  });
});

test('a synchronous standby that is gone ends a restore', async () => {
  expect(await cli(workplace, ['backup'])).toMatchObject({ status: 0 });
  await server.psql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  await server.psql('SELECT pg_reload_conf()');
  try {
    const end = await cli(workplace, ['restore', 'latest', '--into=waits', QUICK]);
    expect(end).toMatchObject({ status: 75, stderr: expect.stringContaining('waited for a synchronous standby') });
  } finally {
    await server.psql('ALTER SYSTEM RESET synchronous_standby_names');
    await server.psql('SELECT pg_reload_conf()');
  }
  await untilGone(workplace);
});

test('a file system that takes calls and ends none ends a run, and leaves no process', async () => {
  const pipe = join(workplace.tempDir, 'pipe');
  await run('mkfifo', [pipe]);
  const blocked = { BLOCKED_PATH: workplace.repository, BLOCKING_PIPE: pipe, BLOCK_AFTER: '3' };
  const preload = { NODE_OPTIONS: `--import=${join(import.meta.dirname, 'blocked-files.ts')}` };
  const end = await cli(workplace, ['backup', QUICK], { ...blocked, ...preload });
  expect(end).toMatchObject({ status: 75 });
  expect(end.stderr).toContain(`no progress for 2 s: waited for the repository ${workplace.repository}`);
  await untilGone(workplace);
});

test('--max-duration ends a run that goes on', async () => {
  const through = { ...workplace, env: { ...workplace.env, PGHOST: proxy.host, PGPORT: String(proxy.port) } };
  proxy.set({ delayMs: 30 });
  const end = await cli(through, ['backup', '--jobs=1', '--max-duration=2s']);
  expect(end).toMatchObject({ status: 75, stderr: expect.stringContaining('not done after 2 s') });
  await untilGone(workplace);
});

describe('nobody is called stalled who waits for', () => {
  test('a lock, as long as --lock-timeout allows', async () => {
    const locked = server.psql('BEGIN; LOCK TABLE t; SELECT pg_sleep(600)').catch(() => undefined);
    const sleeps = "FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    await server.until(`EXISTS (SELECT ${sleeps})`);
    const end = await cli(workplace, ['backup', '--lock-timeout=9s', LIMIT]);
    await server.psql(`SELECT pg_terminate_backend(pid) ${sleeps}`);
    await locked;
    expect(end).toMatchObject({ status: 75 });
    expect(end.stderr).not.toMatch(/no progress/);
  });

  test('a view that takes its time in a restore, also of a file of pg_dump, and when the watching session ends', async () => {
    await server.createDatabase('views');
    await server.psql(
      `CREATE FUNCTION slow() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE MATERIALIZED VIEW pg_stat_slow AS SELECT slow() AS n;
       CREATE OR REPLACE FUNCTION slow() RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(9); RETURN 1; END'`,
      'views',
    );
    const views = { ...workplace, env: { ...workplace.env, PGDATABASE: 'views' } };
    expect(await cli(views, ['backup'])).toMatchObject({ status: 0 });
    const file = join(workplace.tempDir, 'views.sql');
    await run(join(server.binDir, 'pg_dump'), ['--file', file, 'views'], { env: server.env });
    const runs = [
      ['restore', 'latest', '--into=slowly', '--name=views', LIMIT],
      ['restore', file, '--into=old', LIMIT],
    ].map((args) => cli(workplace, args));
    await expect
      .poll(() => server.psql(`SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'`))
      .toBe('2');
    await server.psql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT %pg_stat_%' AND query NOT LIKE '%REFRESH%' AND pid <> pg_backend_pid()`,
    );
    for (const end of await Promise.all(runs)) expect(end).toMatchObject({ status: 0 });
  });

  test('a storage that takes its time, and tries again', async () => {
    const minio = await startMinio();
    const slow = await startTcpProxy({ port: Number(new URL(minio.endpoint).port) });
    try {
      const { accessKey, secretKey } = minio;
      const s3 = {
        MINIO_ENDPOINT: `http://${slow.host}:${slow.port}`,
        AWS_ACCESS_KEY_ID: accessKey,
        AWS_SECRET_ACCESS_KEY: secretKey,
      };
      await minio.createBucket('slow');
      const run = begin(workplace, ['backup', '--jobs=1', LIMIT], { ...s3, BACKUP_REPOSITORY: 's3://slow/backups' });
      await run.says(/dumping/);
      slow.set({ blackHole: true });
      await sleep(8000); // longer than the limit
      slow.cut();
      slow.set({});
      expect(await run.ended).toMatchObject({ status: 0 });
    } finally {
      await slow.stop();
      await minio.stop();
    }
  });

  test('the server where no connection is left for the watch, which is said', async () => {
    await server.createRole('narrow', `LOGIN PASSWORD 'narrow' CONNECTION LIMIT 4 IN ROLE pg_read_all_data`);
    const narrow = { PGUSER: 'narrow', PGPASSWORD: 'narrow' };
    const end = await cli(workplace, ['backup', '--jobs=1', LIMIT], narrow);
    expect(end.stderr).toContain('no connection to spare for the watch');
    expect(end.stderr).not.toMatch(/✗/);
    expect(end.status).toBe(0);
  });
});
