import { say } from '@postgres-backuper/base';
import { restore } from '@postgres-backuper/core';
import { createSampleDatabase, type Postgres, snapshotOf, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RestoreRequest } from '../../packages/core/src/restore.ts';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

describe.each(testMajors())('restore on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  beforeAll(async () => {
    postgres = await startPostgres({ major });
    place = await createPlace();
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  const bring = (name: string, request: Partial<RestoreRequest>, context = place.context()) => {
    const all = { maintenanceDatabases: ['postgres', 'template1'], jobs: 3, owner: true, privileges: true };
    const asked: RestoreRequest = { name, target: { latest: true }, ...all, ...request };
    return restore(asked, { server: serverOf(postgres, 'postgres'), repository: place.repository }, context);
  };

  describe('of the sample database', () => {
    let label: string;
    beforeAll(async () => {
      await createSampleDatabase(postgres, { dbname: 'shop', megabytes: 20 });
      label = await makeBackup(postgres, { dbname: 'shop', segmentBytes: 8 * 1024 * 1024 }, place);
    });

    it('brings everything back under another name', async () => {
      const context = place.context();
      const result = await bring('shop', { into: 'shop copy' }, context);
      expect(result).toMatchObject({ label, database: 'shop copy' });
      expect(result.tables.length).toBeGreaterThan(8);
      expect(result.tables.every((table) => table.rows === table.expectedRows)).toBe(true);
      expect(await snapshotOf(postgres, 'shop copy')).toEqual(await snapshotOf(postgres, 'shop'));
      expect(context.events.filter((event) => event.type === 'warning')).toEqual([]);
      expect(context.events.some((event) => event.type === 'progress')).toBe(true);
    });

    it('refuses a database that exists, and leaves it alone', async () => {
      await expect(bring('shop', {})).rejects.toMatchObject({
        code: 'database-exists',
        hint: expect.stringContaining(say.option('into')),
      });
      expect(await postgres.psql("SELECT count(*) FROM pg_database WHERE datname = 'shop'")).toBe('1');
    });
  });

  it('truncates a table only where it had rows before, or has many', async () => {
    await postgres.createDatabase('sizes', 'TEMPLATE template0');
    await postgres.psql(
      `CREATE TABLE small (i int, t text); INSERT INTO small VALUES (1, 'a'), (2, 'b');
       CREATE TABLE large (i int, t text); INSERT INTO large SELECT i, 'row ' || i FROM generate_series(1, 2000) i;
       CREATE SCHEMA "of ""x""\\ y"; CREATE TABLE "of ""x""\\ y"."a ""b""\\ %I ''c''" (i int); INSERT INTO "of ""x""\\ y"."a ""b""\\ %I ''c''" VALUES (1)`,
      'sizes',
    );
    await makeBackup(postgres, { dbname: 'sizes' }, place);
    const { tables } = await bring('sizes', { into: 'sizes again' });
    expect(tables.map(({ rows }) => rows)).toEqual([1, 2000, 2]);
    const kept = `SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class
      WHERE relkind = 'r' AND relfilenode = oid AND relnamespace::regnamespace::text !~ '^(pg_|information_)'`;
    expect(await postgres.psql(kept, 'sizes again')).toBe(`a "b"\\ %I ''c'',small`);
  });

  it('works for an ordinary role that may create databases', async () => {
    const password = 'of the ordinary role';
    await postgres.createRole('ordinary', `LOGIN CREATEDB PASSWORD '${password}'`);
    await postgres.createDatabase('small', 'TEMPLATE template0');
    await postgres.psql(
      "CREATE TABLE t (i int PRIMARY KEY); INSERT INTO t VALUES (1); SELECT lo_from_bytea(0, 'x')",
      'small',
    );
    await makeBackup(postgres, { dbname: 'small' }, place);
    const { env, ...rest } = serverOf(postgres, 'postgres');
    const server = { ...rest, env: { ...env, PGUSER: 'ordinary', PGPASSWORD: password } };
    const asked = { name: 'small', target: { latest: true } as const, into: 'small copy', jobs: 2 };
    const flags = { maintenanceDatabases: ['postgres'], owner: false, privileges: false };
    await restore({ ...asked, ...flags }, { server, repository: place.repository }, place.context());
    expect((await snapshotOf(postgres, 'small copy')).tables).toEqual((await snapshotOf(postgres, 'small')).tables);
    expect(await postgres.psql("SELECT datdba::regrole FROM pg_database WHERE datname = 'small copy'")).toBe(
      'ordinary',
    );
  });
});
