import { createTrapDatabase, type Postgres, startPostgres, TRAPS, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

describe.each(testMajors())('trap databases on PostgreSQL %i', (major) => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres({ major });
  });
  afterAll(() => server.stop());

  test('hostile settings are in force for ordinary sessions', async () => {
    const hostile = async (dbname: string, sql: string) => {
      const trap = TRAPS.find((one) => one.dbname === dbname)!;
      await createTrapDatabase(server, { ...trap, dbname: `hostile ${dbname}` });
      return server.psql(sql, `hostile ${dbname}`);
    };
    expect(await hostile('array nulls', "SELECT '{x,NULL}'::text[]")).toBe('{x,"NULL"}');
    await expect(hostile('read only', 'CREATE TABLE x ()')).rejects.toThrow('read-only transaction');
    await expect(hostile('timeouts', 'SELECT pg_sleep(1)')).rejects.toThrow('timeout');
    expect(await hostile('utf8 as latin1', 'SHOW client_encoding')).toBe('LATIN1');
  });
});
