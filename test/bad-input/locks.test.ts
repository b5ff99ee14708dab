import { type Postgres, startPostgres, startTcpProxy, type TcpProxy, testMajors } from '@postgres-backuper/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { begin, cli, createWorkplace, labels, untilCopying, untilGone, type Workplace } from './harness.ts';

describe.each(testMajors())('locks on PostgreSQL %i', (major) => {
  let server: Postgres;
  let proxy: TcpProxy;
  let workplace: Workplace;
  const lockers: Promise<unknown>[] = [];
  beforeAll(async () => {
    server = await startPostgres({ major });
    proxy = await startTcpProxy(server);
    await server.psql(
      'CREATE TABLE busy AS SELECT g, repeat(md5(g::text), 8) AS text FROM generate_series(1, 60000) g',
    );
    await server.psql('CREATE TABLE other AS SELECT * FROM busy; CREATE TABLE small (id int)');
  });
  afterAll(async () => {
    await proxy.stop();
    await server.stop();
  });
  beforeEach(async () => {
    workplace = await createWorkplace(server, { PGPORT: String(proxy.port) });
  });
  afterEach(async () => {
    await server.psql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()",
    );
    await Promise.allSettled(lockers.splice(0));
    await workplace.remove();
    proxy.set({});
  });

  const lock = (table: string, seconds: number) => {
    const locker = server.psql(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(${seconds})`);
    locker.catch(() => undefined);
    lockers.push(locker);
  };
  const until = (condition: string) => server.until(`EXISTS (SELECT FROM ${condition})`);

  test('a table that stays locked for longer than --lock-timeout: try again later', async () => {
    lock('small', 6000);
    await until("pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'small'::regclass");
    const end = await cli(workplace, ['backup', '--lock-timeout', '1s']);
    expect(end).toMatchObject({ status: 75, stderr: expect.stringContaining('--lock-timeout') });
    await untilGone(workplace);
    expect(await labels(workplace)).toEqual([]);
  });

  test('a table that is locked for less is waited for', async () => {
    lock('small', 2);
    await until("pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'small'::regclass");
    expect(await cli(workplace, ['backup', '--lock-timeout', '60s'])).toMatchObject({ status: 0 });
  });

  test('an exclusive lock that is asked for before a worker began its table: try again later, with the reason', async () => {
    proxy.set({ delayMs: 2 });
    const run = begin(workplace, ['backup', '--jobs', '2', '--lock-timeout', '60s']);
    await untilCopying(server, 2);
    proxy.set({ delayMs: 200 });
    lock('small', 6000); // queued behind the leader's lock; both workers are at other tables
    await until("pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted AND relation = 'small'::regclass");
    proxy.set({});
    const end = await run.ended;
    expect(end).toMatchObject({
      status: 75,
      stderr: expect.stringMatching(/could not obtain lock on relation "public\.small"/),
    });
    expect(end.stderr).toContain('migration');
    expect(await labels(workplace)).toEqual([]);
  });

  test('--yield-after ends the backup so that a migration goes on', async () => {
    proxy.set({ delayMs: 2 });
    const run = begin(workplace, ['backup', '--jobs', '2', '--yield-after', '2s']);
    await untilCopying(server, 2);
    proxy.set({ delayMs: 200 });
    lock('busy', 6000); // its worker has its lock already: the dump itself goes on
    const end = await run.ended;
    expect(end).toMatchObject({ status: 75, stderr: expect.stringMatching(/ended so that session \d+/) });
    expect(end.stderr).toMatch(/waits for our locks/);
    await until("pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'busy'::regclass");
    expect(await labels(workplace)).toEqual([]);
  });
});
