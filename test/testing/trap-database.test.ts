import {
  createTrapDatabase,
  type Postgres,
  snapshotOf,
  startPostgres,
  TRAPS,
  testMajors,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

describe.each(testMajors())('trap databases on PostgreSQL %i', (major) => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres({ major });
  });
  afterAll(() => server.stop());

  test.each(TRAPS)('$dbname can be made and read again', async (trap) => {
    await createTrapDatabase(server, trap);
    const snapshot = await snapshotOf(server, trap.dbname);
    expect(snapshot.schema.length + Object.keys(snapshot.tables).length).toBeGreaterThan(0);
    expect(await snapshotOf(server, trap.dbname)).toEqual(snapshot);
  });

  test('hostile settings are in force for ordinary sessions', async () => {
    expect(await server.psql("SELECT current_setting('array_nulls'), '{x,NULL}'::text[]", 'array nulls')).toBe(
      'off|{x,"NULL"}',
    );
    await expect(server.psql('CREATE TABLE x ()', 'read only')).rejects.toThrow('read-only transaction');
    await expect(server.psql('SELECT pg_sleep(1)', 'timeouts')).rejects.toThrow('timeout');
    expect(await server.psql('SHOW client_encoding', 'utf8 as latin1')).toBe('LATIN1');
  });
});
