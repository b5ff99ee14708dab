import type { RestoreResult } from '@postgres-backuper/core';
import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RestoreRequest } from '../../packages/core/src/restore.ts';
import { backUpNew, bringBack, createPlace, type Place } from './harness.ts';

/** What a function of the backup may raise, though it is not so. */
const RAISED = ['XX001', '53100', '53200', '57014', '57P01', '58030', '08006'];

describe.each(testMajors())('odd errors, on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  beforeAll(async () => {
    [postgres, place] = await Promise.all([startPostgres({ major }), createPlace()]);
    await postgres.createRole('plain', "LOGIN CREATEDB PASSWORD 'x'");
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });
  const database = (name: string, sql: string) => backUpNew({ name, sql }, postgres, place);
  const bring = (name: string, request: Partial<RestoreRequest> = {}, user?: string) =>
    bringBack({ name, user, ...request }, postgres, place);
  const lacks = ({ objects }: RestoreResult) => objects.map(({ object, sqlState }) => [object, sqlState]);

  it('codes of a broken server that functions raise are verdicts on what calls them', async () => {
    const raising = (code: string) => `CREATE FUNCTION f_${code}() RETURNS bool IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
        IF pg_catalog.current_database() LIKE '%copy' THEN RAISE EXCEPTION 'of %', '${code}' USING ERRCODE = '${code}'; END IF; RETURN true; END $$;
      CREATE TABLE t_${code} (i int, CHECK (public.f_${code}())); INSERT INTO t_${code} VALUES (1);
      CREATE INDEX i_${code} ON first (i) WHERE public.f_${code}(); CREATE MATERIALIZED VIEW v_${code} AS SELECT public.f_${code}() AS b;`;
    await database('raised', `CREATE TABLE first AS SELECT 1 AS i; ${RAISED.map(raising).join('\n')}`);
    const { error, result } = await bring('raised');
    expect(error).toMatchObject({ code: 'rows-missing' });
    expect(result.notLoaded.map(({ table }) => table).sort()).toEqual(
      RAISED.map((code) => `t_${code.toLowerCase()}`).sort(),
    );
    const ofFirst = RAISED.flatMap((code) => [
      [`INDEX public i_${code.toLowerCase()}`, code],
      [`MATERIALIZED VIEW DATA public v_${code.toLowerCase()}`, code],
    ]);
    expect(lacks(result).sort()).toEqual(ofFirst.sort());
  });

  it('statistics that a function of the backup makes impossible are a warning', async () => {
    await database(
      'analyzed',
      `CREATE TABLE t AS SELECT generate_series(1, 10) AS i; CREATE TABLE gate (i int);
       CREATE FUNCTION f(i int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
         IF pg_catalog.current_database() LIKE '%copy' AND pg_catalog.current_query() LIKE 'ANALYZE%' THEN RAISE EXCEPTION 'odd' USING ERRCODE = 'XX001'; END IF; RETURN i; END $$;
       CREATE INDEX ON t (public.f(i));`,
    );
    const { error, warnings } = await bring('analyzed');
    expect(error).toBeUndefined();
    expect(warnings).toEqual([expect.stringMatching(/^statistics are incomplete: .*odd/)]);
  });

  it('an entry that somebody cancels ends the restore, which a resume continues', async () => {
    await database(
      'cancelled',
      `CREATE TABLE t AS SELECT 1 AS i; CREATE FUNCTION k() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
         IF pg_catalog.current_database() LIKE '%copy' THEN PERFORM pg_catalog.pg_cancel_backend(pg_catalog.pg_backend_pid()); PERFORM pg_catalog.pg_sleep(5); END IF; RETURN 1; END $$;
       CREATE MATERIALIZED VIEW mv AS SELECT public.k() AS i;`,
    );
    const { error } = await bring('cancelled');
    expect(error).toMatchObject({ code: 'server-unavailable', hint: expect.stringMatching(/resume.*1 of 1 tables/) });
    expect(error?.message).toMatch(/^the server said /);
  });

  it('grants without effect are verdicts, and those with one are not', async () => {
    await postgres.createRole('reader');
    const sql = `CREATE TABLE t AS SELECT 1 AS i; CREATE TABLE u AS SELECT 1 AS i; GRANT SELECT ON t TO reader; GRANT SELECT ON u TO reader;
      CREATE SCHEMA s; GRANT USAGE ON SCHEMA s TO reader; GRANT SELECT (relname) ON pg_catalog.pg_class TO reader;`;
    await database('granted', sql);
    expect((await bring('granted')).error).toBeUndefined();
    const { error, result, warnings } = await bring('granted', { into: 'plain copy', owner: false }, 'plain');
    expect(error).toMatchObject({ code: 'restore-incomplete', exitStatus: 4 });
    expect(result.objects).toEqual([
      {
        ...{ object: 'ACL pg_catalog COLUMN pg_class.relname', lack: 'missing', sqlState: '01007' },
        reason: expect.stringContaining('no privileges were granted for'),
        statement: expect.stringMatching(/^GRANT SELECT\(relname\)/),
      },
    ]);
    expect(warnings.filter((text) => text.includes('privileges'))).toEqual([]);
    expect(await postgres.psql("SELECT has_table_privilege('reader', 'u', 'SELECT')", 'plain copy')).toBe('t');
  });

  it('a database whose properties cannot be set is kept, and a resume sets them', async () => {
    const sql = `CREATE TABLE t AS SELECT 1 AS i; ALTER DATABASE unset SET work_mem = '7MB'; COMMENT ON DATABASE unset IS 'of it';
      CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
        IF pg_catalog.current_database() LIKE '%copy' THEN ALTER DATABASE maint ALLOW_CONNECTIONS false; END IF; RETURN 1; END $$;
      CREATE MATERIALIZED VIEW mv AS SELECT public.f() AS i;`;
    await database('unset', sql);
    await postgres.createDatabase('maint');
    const { error, result } = await bring('unset', { maintenanceDatabases: ['maint'] });
    expect(error).toMatchObject({ code: 'restore-incomplete', exitStatus: 4 });
    expect(lacks(result)).toEqual([['DATABASE unset copy: properties', '']]);
    expect((await bring('unset', { resume: true })).error).toBeUndefined();
    const properties = `SELECT shobj_description(d.oid, 'pg_database'), setconfig FROM pg_database d
      JOIN pg_db_role_setting ON setdatabase = d.oid WHERE datname = 'unset copy'`;
    expect(await postgres.psql(properties)).toBe('of it|{work_mem=7MB}');
  });
});
