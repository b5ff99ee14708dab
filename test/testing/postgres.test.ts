import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Postgres, run, startPostgres, testMajors, tryRun } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginTry } from '../../packages/testing/src/retry.ts';

describe.each(testMajors())('PostgreSQL %i', (major) => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres({ major, settings: { max_connections: '33' } });
  });
  afterAll(() => server.stop());

  test('answers as the asked version with the asked settings', async () => {
    expect(await server.psql('SHOW server_version')).toMatch(new RegExp(`^${major}\\.`));
    expect(await server.psql('SHOW max_connections')).toBe('33');
  });

  test('asks for the password', async () => {
    const env = { ...server.env, PGPASSWORD: 'wrong' };
    const answer = await tryRun(join(server.binDir, 'psql'), ['-Xc', 'SELECT 1'], { env });
    expect(answer.stderr).toContain('password authentication failed');
    expect(await server.psql('SHOW password_encryption')).toBe('scram-sha-256');
  });

  test('listens on loopback only', async () => {
    expect(await server.psql('SHOW listen_addresses')).toBe('127.0.0.1');
  });

  test('keeps its data over a restart and a crash', async () => {
    await server.createDatabase('kept "here"', 'TEMPLATE template0');
    await server.createRole('some one');
    await server.psql('CREATE TABLE t AS SELECT 1 AS a', 'kept "here"');
    await server.restart();
    const before = server.pid;
    await server.kill9();
    await server.restart();
    expect(server.pid).not.toBe(before);
    expect(await server.psql('SELECT count(*) FROM t', 'kept "here"')).toBe('1');
  });

  test('makes databases and roles again that a first try of a test left', async () => {
    for (const time of ['first', 'second']) {
      await server.createRole("left's");
      await server.createDatabase('left "over"', `TEMPLATE template0 OWNER "left's" IS_TEMPLATE true`);
      await server.psql(
        `CREATE TABLE t AS SELECT '${time}'::text AS a; ALTER TABLE t OWNER TO "left's"`,
        'left "over"',
      );
    }
    expect(await server.psql('SELECT a FROM t', 'left "over"')).toBe('second');
    expect(await server.psql("SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 't'", 'left "over"')).toBe(
      "left's",
    );
  });

  test('drops the databases of a try of a test before the next, however they were made', async () => {
    await server.psql('DROP DATABASE IF EXISTS once');
    await beginTry({ isRetry: false });
    await server.psql('CREATE DATABASE once TEMPLATE template0 IS_TEMPLATE true');
    await beginTry({ isRetry: true });
    expect(await server.psql("SELECT count(*) FROM pg_database WHERE datname = 'once'")).toBe('0');
    await server.createDatabase('once');
    await beginTry({ isRetry: false });
    await server.psql('DROP DATABASE once');
    await server.psql('CREATE DATABASE once');
    await beginTry({ isRetry: true });
    expect(await server.psql("SELECT count(*) FROM pg_database WHERE datname = 'once'")).toBe('1');
  });

  test('drops the roles that a try made, too, with what they own', async () => {
    await server.createRole('of "hook"');
    await beginTry({ isRetry: false });
    await server.psql('CREATE ROLE "of ""try"""; CREATE USER Try; CREATE TABLE t (); ALTER TABLE t OWNER TO try');
    await beginTry({ isRetry: true });
    const names = "SELECT rolname FROM pg_roles WHERE rolname ~ 'hook|try'; DROP TABLE t";
    expect(await server.psql(names)).toBe('of "hook"');
  });

  test('waits until a condition is true, also one about other sessions', async () => {
    const busy = server.psql('SELECT pg_sleep(6000)').catch(() => 'ended');
    const session = "FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(6000)'";
    await server.until(`EXISTS (SELECT ${session})`);
    const gone = server.until(`NOT EXISTS (SELECT ${session})`);
    await server.psql(`SELECT pg_terminate_backend(pid) ${session}`);
    await gone;
    expect(await busy).toBe('ended');
    await expect(server.until('nothing')).rejects.toThrow('column "nothing" does not exist');
  });

  test('stops at the first SQL error', async () => {
    await expect(server.psql('SELECT 1; SELECT nothing; SELECT 2')).rejects.toThrow('column "nothing" does not exist');
  });
});

test('a stopped server leaves no process and no folder', async () => {
  const server = await startPostgres({ major: 18 });
  const { pid, socketDir } = server;
  await server.stop();
  await server.stop();
  expect(existsSync(socketDir)).toBe(false);
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test('the server ends, and its data goes, when the process that started it is killed', async () => {
  const script = `import { startPostgres } from '@postgres-backuper/testing';
    const server = await startPostgres({ major: 18 });
    console.log(JSON.stringify({ pid: server.pid, dir: server.socketDir }));
    process.kill(process.pid, 'SIGKILL');`;
  const cwd = import.meta.dirname;
  const ended = await tryRun(process.execPath, ['--input-type=module', '--eval', script], { cwd });
  const { pid, dir } = JSON.parse(ended.stdout) as { pid: number; dir: string };
  await expect.poll(() => run('ps', ['-o', 'stat=', '-p', String(pid)]).catch(() => 'gone')).toMatch(/^(gone|Z)/);
  await expect.poll(() => existsSync(dir)).toBe(false);
});

test('clusters share their identity unless one of its own is asked for', async () => {
  const servers = await Promise.all([startPostgres({ major: 18 }), startPostgres({ major: 18, ownIdentity: true })]);
  const sql = 'SELECT system_identifier FROM pg_control_system()';
  const identities = await Promise.all(servers.map((server) => server.psql(sql)));
  expect(new Set(identities).size).toBe(2);
  await Promise.all(servers.map((server) => server.stop()));
});
