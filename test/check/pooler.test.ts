import {
  isMissing,
  type PgBouncer,
  type Postgres,
  startPgBouncer,
  startPostgres,
  testMajors,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { item, look, problems } from './harness.ts';

describe.skipIf(isMissing('pgbouncer')).each(testMajors())('PgBouncer in front of PostgreSQL %i', (major) => {
  let server: Postgres;
  const through = async (pooler: PgBouncer) => {
    try {
      return await look({ env: pooler.env, binDirs: [server.binDir] });
    } finally {
      await pooler.stop();
    }
  };
  beforeAll(async () => {
    server = await startPostgres({ major });
  });
  afterAll(() => server.stop());

  test('session mode is accepted', async () => {
    expect(problems(await through(await startPgBouncer({ server, poolMode: 'session' })))).toEqual([]);
  });

  test.each([
    ['transaction', 20],
    ['transaction', 1],
    ['statement', 20],
  ] as const)('%s mode with %i server connections is refused', async (poolMode, poolSize) => {
    const result = await through(await startPgBouncer({ server, poolMode, poolSize }));
    expect(item(result, 'pooler')).toMatchObject({
      state: 'problem',
      code: 'pooler-unsuitable',
      hint: expect.stringContaining('pool_mode = session'),
    });
  });

  test('nothing that other clients of the pool would see is set', async () => {
    const pooler = await startPgBouncer({ server, poolMode: 'transaction' });
    const before = server.log().length;
    await server.psql("ALTER SYSTEM SET log_statement = 'all'");
    await server.psql('SELECT pg_reload_conf()');
    await through(pooler);
    await server.psql("ALTER SYSTEM RESET log_statement; SELECT 'end of the check'");
    const said = server.log().slice(before);
    expect(said).toContain('pg_backend_pid');
    expect(said).not.toMatch(/statement: SET (?!application_name|LOCAL )|set_config/);
  });

  test('a pool that is too small for a second session is no transaction mode', async () => {
    const result = await through(await startPgBouncer({ server, poolMode: 'session', poolSize: 1 }));
    expect(item(result, 'pooler')).toMatchObject({ code: 'server-unavailable' });
  });
});
