import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { say } from '@postgres-backuper/base';
import { checkError } from '@postgres-backuper/core';
import { openSession, type Session } from '@postgres-backuper/postgres';
import { freePort, type Postgres, postgresBinaries, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { context, item, look } from './harness.ts';

describe.each(testMajors())('connection to PostgreSQL %i', (major) => {
  let server: Postgres;
  const looking = async (env: Record<string, string>) =>
    look({ env: { ...server.env, ...env }, binDirs: [server.binDir] });
  beforeAll(async () => {
    const reserved = major >= 16 ? { reserved_connections: '5' } : {};
    server = await startPostgres({ major, settings: { max_connections: '20', ...reserved } });
  });
  afterAll(() => server.stop());

  test('a wrong password is not worth a retry, and the rest is looked at all the same', async () => {
    const result = await looking({ PGPASSWORD: 'not the password' });
    expect(item(result, 'connection')).toMatchObject({
      state: 'problem',
      code: 'login-failed',
      hint: expect.stringContaining(say.given('password')),
    });
    expect(item(result, 'privileges')?.text).toContain('not checked');
    expect(item(result, 'repository')?.state).toBe('ok');
    expect(checkError(result)?.exitStatus).toBe(2);
    expect(JSON.stringify(result)).not.toContain('not the password');
  });

  test('a host that nobody knows is no matter of time', async () => {
    const result = await looking({ PGHOST: 'no-such-host.invalid' });
    expect(item(result, 'connection')).toMatchObject({
      code: 'host-unknown',
      text: expect.stringContaining('no-such-host.invalid'),
    });
    expect(checkError(result)?.exitStatus).toBe(2);
  });

  test('a server that is down may be up later', async () => {
    const result = await looking({ PGPORT: String(await freePort()) });
    expect(item(result, 'connection')).toMatchObject({
      code: 'server-unreachable',
      hint: expect.stringContaining(say.given('port')),
    });
    expect(checkError(result)?.exitStatus).toBe(75);
  });

  test('an unknown database is named', async () => {
    const result = await looking({ PGDATABASE: 'nowhere' });
    expect(item(result, 'connection')).toMatchObject({
      code: 'database-missing',
      text: expect.stringContaining('"nowhere"'),
    });
  });

  test('a database that allows no connections says how to open it', async () => {
    await server.createDatabase('closed', 'ALLOW_CONNECTIONS false');
    const result = await looking({ PGDATABASE: 'closed' });
    expect(item(result, 'connection')).toMatchObject({
      code: 'database-closed',
      hint: expect.stringContaining('ALLOW_CONNECTIONS'),
    });
  });

  test('too few connections for the jobs are noticed', async () => {
    await server.psql('DROP ROLE IF EXISTS narrow');
    await server.createRole('narrow', "LOGIN PASSWORD 'narrow' CONNECTION LIMIT 5 IN ROLE pg_read_all_data");
    const env = { PGUSER: 'narrow', PGPASSWORD: 'narrow' };
    // a session of the check that has just ended may still be counted
    await expect
      .poll(async () => item(await looking(env), 'connections'))
      .toMatchObject({ state: 'warning', hint: expect.stringContaining(say.option('jobs', '2')) });
    await server.psql('ALTER ROLE narrow CONNECTION LIMIT 3');
    await expect
      .poll(async () => item(await looking(env), 'connections'))
      .toMatchObject({ state: 'problem', code: 'server-unavailable' });
  });

  test('tables that are read in ranges count twice the jobs', async () => {
    await server.createDatabase('large');
    await server.psql('CREATE TABLE large AS SELECT generate_series(1, 9999) AS id; ANALYZE large', 'large');
    const connections = async (splitFromBytes: number | undefined) => {
      const place = { env: { ...server.env, PGDATABASE: 'large' }, binDirs: [server.binDir] };
      return item(await look(place, { jobs: 3, splitFromBytes }), 'connections')?.text;
    };
    expect(await connections(8192)).toContain('9 are needed');
    expect(await connections(1024 ** 3)).toContain('6 are needed');
    expect(await connections(undefined)).toContain('6 are needed');
  });

  test.each([
    ['every role', ''],
    ['a role that may use the reserved ones', ' IN ROLE pg_use_reserved_connections'],
  ])('%s gets as many as it was said, and not one more', async (_, membership) => {
    if (major < 16 && membership !== '') return;
    await server.createRole('counted', `LOGIN PASSWORD 'counted'${membership}`);
    const as = (env: Record<string, string>) => ({
      ...{ server: { env: { ...server.env, ...env }, binDirs: [] }, programs: { psql: join(server.binDir, 'psql') } },
    });
    const opened: Session[] = [];
    const open = async (env: Record<string, string> = {}) => opened.push(await openSession(as(env), context));
    const others = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'";
    const alone = (sessions: number) => expect.poll(() => server.psql(others)).toBe(String(sessions + 1));
    try {
      await alone(0);
      // whose sessions they are, the role may not see
      for (let count = 0; count < 3; count++) await open();
      const role = { PGUSER: 'counted', PGPASSWORD: 'counted' };
      const free = 20 - 3 - 3 - (major >= 16 && membership === '' ? 5 : 0);
      // a session of the check that has just ended may still be counted
      await expect.poll(async () => ((await looking(role)).facts?.freeConnections ?? 0) + 1).toBe(free);
      await alone(opened.length);
      for (let count = 0; count < free; count++) await open(role);
      await expect(open(role)).rejects.toMatchObject({ code: 'server-unavailable' });
    } finally {
      await Promise.all(opened.map((session) => session.close()));
    }
  });

  test.each(['with blank', `it's "quoted"`, 'ünïcødé', '-dash', 'a=b', 'postgres://x'])(
    'a database named %s is reached',
    async (name) => {
      await server.createDatabase(name);
      const result = await looking({ PGDATABASE: name });
      expect(result).toMatchObject({ problems: 0, facts: { database: name } });
    },
  );
});

describe('an address', () => {
  let servers: readonly [Postgres, Postgres];
  beforeAll(async () => {
    servers = [await startPostgres({ major: 18 }), await startPostgres({ major: 18 })];
  });
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  test('that leads to several servers is a problem: they do not share a snapshot', async () => {
    const [{ binDir, env, port }, other] = servers;
    const both = { PGHOST: '127.0.0.1,127.0.0.1', PGPORT: `${port},${other.port}`, PGLOADBALANCEHOSTS: 'random' };
    const looking = async () => checkError(await look({ env: { ...env, ...both }, binDirs: [binDir] }));
    // by chance all sessions may meet the same one
    await expect
      .poll(looking)
      .toMatchObject({ code: 'server-ambiguous', exitStatus: 2, hint: expect.stringContaining(say.given('host')) });
  });

  test('collations of another version are named', async () => {
    const [server] = servers;
    await server.createDatabase('old', "TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'");
    await server.psql('CREATE TABLE t (name text COLLATE pg_catalog.pg_c_utf8)', 'old');
    const looking = async () => {
      const { items } = await look({ env: { ...server.env, PGDATABASE: 'old' }, binDirs: [server.binDir] });
      return items.filter(({ what }) => what === 'collation').map(({ state, text }) => [state, text]);
    };
    expect(await looking()).toEqual([]);
    await server.psql("UPDATE pg_database SET datcollversion = '0' WHERE datname = 'old'", 'old');
    await server.psql("UPDATE pg_collation SET collversion = '0' WHERE collname = 'pg_c_utf8'", 'old');
    expect(await looking()).toEqual([
      ['warning', expect.stringContaining("'old' was made with collation version 0")],
      ['warning', expect.stringContaining('pg_catalog.pg_c_utf8')],
    ]);
  });
});

describe('client programs', () => {
  test('older than the server: the major to install is named, and how', async () => {
    const server = await startPostgres({ major: 18 });
    try {
      const { binDir } = await postgresBinaries(14);
      const result = await look({ env: server.env, binDirs: [binDir] });
      expect(item(result, 'programs')).toMatchObject({ state: 'problem', code: 'program-missing' });
      expect(item(result, 'programs')?.text).toMatch(/programs 18 or newer are needed, only 14\.\d+ was found/);
      expect(item(result, 'programs')?.hint).toContain(say.option('clientVersion', '18'));
      expect(item(result, 'privileges')?.state).toBe('ok');
    } finally {
      await server.stop();
    }
  });

  test('too old to be kept from commands of psql: the minor version is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'old-programs-'));
    try {
      for (const name of ['psql', 'pg_dump', 'pg_dumpall', 'pg_restore']) {
        await writeFile(join(folder, name), '#!/bin/sh\necho "pg_dump (PostgreSQL) 17.5"\n', { mode: 0o755 });
      }
      const result = await look({ env: { PATH: '/usr/bin:/bin' }, binDirs: [folder] });
      expect(item(result, 'programs')).toMatchObject({
        code: 'program-outdated',
        text: expect.stringMatching(/psql 17\.5 in .*: 17\.6 is the first that can/),
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('none at all: the rest is said to be undecided', async () => {
    const result = await look({ env: { PATH: '/nowhere' }, binDirs: ['/nowhere'] });
    expect(item(result, 'programs')).toMatchObject({
      code: 'program-missing',
      hint: expect.stringContaining(say.option('installClient')),
    });
    expect(item(result, 'connection')?.text).toContain('not checked');
    expect(result.facts).toBeNull();
  });
});
