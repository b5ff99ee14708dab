import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Postgres, startPostgres, startTcpProxy, type TcpProxy } from '@postgres-backuper/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { begin, cli, createWorkplace, untilGone, type Workplace } from '../bad-input/harness.ts';

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

/** A backup through the proxy, to which `fault` happens while rows come. */
async function faulty(fault: () => Promise<void> | void) {
  const through = { ...workplace, env: { ...workplace.env, PG_HOST: proxy.host, PG_PORT: String(proxy.port) } };
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
    const pids = await server.psql(`SELECT pid ${COPYING}`);
    if (pids !== '') return pids.split('\n').map(Number);
    await sleep(50);
  }
}

/** Process ids of pg_dump with this argument. */
async function dumps(argument: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const words = (await readFile(`/proc/${name}/cmdline`, 'latin1').catch(() => '')).split('\0');
    if (words[0]?.endsWith('/pg_dump') && words.includes(argument)) found.push(Number(name));
  }
  return found;
}

describe('a run that waits for ever ends with 75, soon, and names whom it waited for:', () => {
  test('a network that takes bytes and brings none', async () => {
    const { end, seconds } = await faulty(() => proxy.set({ blackHole: true }));
    expect(end).toMatchObject({ status: 75 });
    expect(end.stderr).toMatch(/nothing went on for 4 s: waited for PostgreSQL, which does not answer/);
    expect(seconds).toBeLessThan(4 + 10);
  });

  test('a backend that was stopped', async () => {
    let pids: readonly number[] = [];
    const { end, seconds } = await faulty(async () => {
      await sleep(1000); // the run that reads the table of contents is over
      pids = await untilActive();
      for (const pid of pids) process.kill(pid, 'SIGSTOP');
    }).finally(() => {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    });
    expect(end).toMatchObject({ status: 75 });
    expect(end.stderr).toMatch(/waited for .*COPY public\.t/);
    expect(seconds).toBeLessThan(4 + 10);
  });

  test('a pg_dump that was stopped', async () => {
    const { end, seconds } = await faulty(async () => {
      for (const pid of await dumps('--format=directory')) process.kill(pid, 'SIGSTOP');
    });
    expect(end).toMatchObject({ status: 75 });
    expect(end.stderr).toMatch(/waited for (the client program of session|PostgreSQL \(session)/);
    expect(seconds).toBeLessThan(4 + 10);
  });
});

test('--max-duration ends a run that goes on', async () => {
  const through = { ...workplace, env: { ...workplace.env, PG_HOST: proxy.host, PG_PORT: String(proxy.port) } };
  proxy.set({ delayMs: 30 });
  const end = await cli(through, ['backup', '--jobs=1', '--max-duration=2s']);
  expect(end).toMatchObject({ status: 75, stderr: expect.stringContaining('not done after 2 s') });
  await untilGone(workplace);
});

describe('nobody is called stalled who waits for', () => {
  test('a lock, as long as --lock-timeout allows', async () => {
    const locked = server.psql('BEGIN; LOCK TABLE t; SELECT pg_sleep(14)');
    await sleep(500);
    const end = await cli(workplace, ['backup', '--lock-timeout=9s', LIMIT]);
    await locked;
    expect(end).toMatchObject({ status: 75 });
    expect(end.stderr).not.toMatch(/nothing went on/);
  });

  test('an index that takes its time in a restore', async () => {
    await server.psql(`
      CREATE TABLE few (n int, x text); ALTER TABLE few ALTER x SET STORAGE PLAIN;
      INSERT INTO few SELECT g, repeat('x', 5000) FROM generate_series(1, 20) g;
      CREATE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1';
      CREATE INDEX ON few (slow(n));
      CREATE OR REPLACE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql
          AS 'BEGIN PERFORM pg_sleep(0.5); RETURN $1; END'`);
    expect(await cli(workplace, ['backup'])).toMatchObject({ status: 0 });
    expect(await cli(workplace, ['restore', 'latest', '--into=slowly', LIMIT])).toMatchObject({ status: 0 });
  });
});
