import { type Postgres, startPostgres, startTcpProxy, type TcpProxy, testMajors } from '@postgres-backuper/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  begin,
  cli,
  createWorkplace,
  filesBelow,
  labels,
  processes,
  untilCopying,
  untilGone,
  type Workplace,
} from './harness.ts';

const ROWS = `CREATE TABLE a AS SELECT g, repeat(md5(g::text), 8) AS text FROM generate_series(1, 60000) g;
CREATE TABLE b AS SELECT * FROM a;`;

describe.each(testMajors())('PostgreSQL %i', (major) => {
  let server: Postgres;
  let proxy: TcpProxy;
  let workplace: Workplace;
  beforeEach(async () => {
    server = await startPostgres({ major });
    proxy = await startTcpProxy(server);
    workplace = await createWorkplace(server, { PGPORT: String(proxy.port) });
  });
  afterEach(async () => {
    await workplace.remove();
    await proxy.stop();
    await server.stop();
  });

  /** A backup that is in the middle of its dump, which lasts for a minute. */
  const inTheMiddle = async (...args: string[]) => {
    await server.psql(ROWS);
    proxy.set({ delayMs: 2 });
    const run = begin(workplace, ['backup', ...args]);
    await untilCopying(server, 2);
    proxy.set({ delayMs: 200 });
    return run;
  };
  const nothingLeft = async () => {
    await untilGone(workplace);
    expect(await filesBelow(workplace.tempDir)).toEqual({ all: [], regular: [] });
    expect(await labels(workplace)).toEqual([]);
  };

  test.each(['fast', 'immediate'] as const)(
    'a server that is stopped (%s) during the dump may be up later',
    async (mode) => {
      const run = await inTheMiddle();
      await server.stop(mode);
      proxy.set({});
      const end = await run.ended;
      expect(end).toMatchObject({ status: 75, stderr: expect.stringMatching(/server|connection/) });
      expect(end.stderr).not.toMatch(/migration/);
      await nothingLeft();
    },
  );

  test('a connection that breaks during the dump may be back later', async () => {
    const run = await inTheMiddle();
    proxy.cut();
    expect(await run.ended).toMatchObject({ status: 75 });
    await nothingLeft();
  });

  test('a pg_dump that is killed is a failure, and its workers end too', async () => {
    const run = await inTheMiddle('--jobs', '2');
    const dumps = (await processes(workplace)).filter((line) => line.includes('/pg_dump'));
    const leader = Math.min(...dumps.map((line) => Number(line.split(' ')[0])));
    expect(dumps.length).toBe(3);
    process.kill(leader, 'SIGKILL');
    expect(await run.ended).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('pg_dump was ended by SIGKILL'),
    });
    await nothingLeft();
  });

  test('a worker of pg_dump that is killed is a failure', async () => {
    const run = await inTheMiddle('--jobs', '2');
    const dumps = (await processes(workplace)).filter((line) => line.includes('/pg_dump'));
    process.kill(Math.max(...dumps.map((line) => Number(line.split(' ')[0]))), 'SIGKILL');
    expect((await run.ended).status).not.toBe(0);
    await nothingLeft();
  });

  test('an empty database is fine', async () => {
    await server.createDatabase('empty');
    const end = await cli(workplace, ['backup'], { PGDATABASE: 'empty' });
    expect(end).toMatchObject({ status: 0 });
    expect(await labels(workplace)).toHaveLength(1);
    expect(await cli(workplace, ['restore', 'latest', '--name', 'empty', '--into', 'again'])).toMatchObject({
      status: 0,
    });
  });

  test('databases of any name are backed up and restored', async () => {
    const names = ['with blank', `it's "quoted"`, 'ünïcødé ✓', '-dash', 'a=b', 'x\\y'];
    for (const name of names) {
      await server.createDatabase(name);
      await server.psql('CREATE TABLE t AS SELECT current_database() AS name', name);
    }
    expect(await cli(workplace, ['backup', ...names.map((name) => `--dbname=${name}`)])).toMatchObject({ status: 0 });
    expect(await labels(workplace)).toHaveLength(names.length);
    for (const name of names) {
      const into = `${name} again`;
      expect(await cli(workplace, ['restore', 'latest', `--name=${name}`, `--into=${into}`])).toMatchObject({
        status: 0,
      });
      expect(await server.psql('SELECT name FROM t', into)).toBe(name);
    }
  });
});
