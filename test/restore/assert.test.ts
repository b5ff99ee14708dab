import { isBackuperError } from '@postgres-backuper/base';
import { type RestoreResult, restore, type VerifyResult, verify } from '@postgres-backuper/core';
import { findPrograms, newestPrograms } from '@postgres-backuper/postgres';
import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareLive } from '../../packages/core/src/restore/compare-live.ts';
import type { RestoreRequest } from '../../packages/core/src/restore.ts';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

const file = (text: string, name = 'rows.sql') => ({ name, text: Buffer.from(text) });
const MET = "SELECT 'has orders' AS name, count(*) > 1 AS ok, count(*) || ' orders' AS detail FROM orders; -- the end";
const UNMET = `${MET}\nSELECT 'order ' || id AS name, note IS NOT NULL AS ok, note AS detail FROM orders ORDER BY id;
  SELECT 'unknown'::text AS name, NULL::boolean AS ok, NULL::text AS detail`;
const OUTCOMES = [
  ['has orders', true, '2 orders'],
  ['order 1', true, 'a;b'],
  ['order 2', false, ''],
  ['unknown', false, 'ok is null'],
];

describe.each(testMajors())('assertions about restored rows, on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  beforeAll(async () => {
    [postgres, place] = await Promise.all([startPostgres({ major }), createPlace()]);
    await postgres.createDatabase('shop', 'TEMPLATE template0');
    await postgres.psql(
      "CREATE SCHEMA app; CREATE SEQUENCE app.s; ALTER DATABASE shop SET search_path = app; CREATE TABLE app.orders (id int, note text); INSERT INTO app.orders VALUES (1, 'a;b'), (2, NULL); GRANT SELECT ON app.orders TO PUBLIC",
      'shop',
    );
    await makeBackup(postgres, { dbname: 'shop' }, place);
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  const services = () => ({ server: serverOf(postgres, 'postgres'), repository: place.repository });
  const ended = <Result>(work: Promise<Result>) =>
    work.then(
      (result) => ({ result, error: undefined }),
      (error) => {
        if (!isBackuperError(error)) throw error;
        return { result: error.result as Result, error };
      },
    );
  const bring = async (request: Partial<RestoreRequest>) => {
    await postgres.psql('DROP DATABASE IF EXISTS copy WITH (FORCE)');
    const all = { maintenanceDatabases: ['postgres'], jobs: 2, owner: true, privileges: true, into: 'copy' };
    const asked = { name: 'shop', target: { latest: true } as const, ...all, ...request };
    return ended<RestoreResult>(restore(asked, services(), place.context()));
  };
  const exists = async (name: string) =>
    (await postgres.psql(`SELECT count(*) FROM pg_database WHERE datname = '${name}'`)) === '1';
  const outcomes = (assertions: RestoreResult['assertions'] = []) =>
    assertions.map(({ name, ok, detail }) => [name, ok, detail]);

  it('are met, or end with 1 and keep the database', async () => {
    const met = await bring({ asserts: [file(MET)] });
    expect([met.error, outcomes(met.result.assertions)]).toEqual([undefined, OUTCOMES.slice(0, 1)]);
    const { error, result } = await bring({ asserts: [file(UNMET)] });
    expect(error).toMatchObject({ code: 'assertion-failed', exitStatus: 1 });
    expect(error?.message).toBe("in database 'copy' 2 of 4 assertions failed: 'order 2', 'unknown' (ok is null)");
    expect(outcomes(result.assertions)).toEqual(OUTCOMES);
    expect(await exists('copy')).toBe(true);
  });

  it('leave nothing with --strict, and replace no database', async () => {
    expect((await bring({ asserts: [file(UNMET)], strict: true })).error?.code).toBe('assertion-failed');
    expect(await exists('copy')).toBe(false);
    const left = await postgres.psql("SELECT datname FROM pg_database WHERE datname LIKE 'live\\_%'"); // by a first try
    for (const name of left.split('\n')) await postgres.psql(`DROP DATABASE IF EXISTS "${name || 'live'}"`);
    await postgres.createDatabase('live', 'TEMPLATE template0');
    await postgres.psql('CREATE TABLE living ()', 'live');
    const { error } = await bring({ asserts: [file(UNMET)], into: undefined, replace: 'live' });
    expect(error?.code).toBe('assertion-failed');
    expect(await postgres.psql("SELECT to_regclass('living')", 'live')).toBe('living');
  });

  it('keep a database closed whose rows were changed', async () => {
    const transforms = [file("UPDATE orders SET note = 'x'", 'mask.sql')];
    const closed = "SELECT has_database_privilege('pg_monitor', 'copy', 'CONNECT')";
    const failed = "SELECT 'masked' AS name, false AS ok, 'real' AS detail";
    expect((await bring({ transforms, asserts: [file(failed)] })).error?.code).toBe('assertion-failed');
    expect(await postgres.psql(closed)).toBe('f');
    const met = "SELECT 'masked' AS name, bool_and(note = 'x') AS ok, '' AS detail FROM orders";
    expect((await bring({ transforms, asserts: [file(met)] })).error).toBeUndefined();
    expect(await postgres.psql(closed)).toBe('t');
  });

  it('compares with the rows of the living source, and says what is apart', async () => {
    await postgres.createDatabase('source', 'TEMPLATE shop');
    const own = serverOf(postgres, 'postgres');
    const live = (tolerance: number, server = own, database = 'source') => ({ server, database, tolerance });
    const equal = await bring({ live: live(0) });
    expect([equal.error, outcomes(equal.result.assertions)]).toEqual([
      undefined,
      [['rows of app.orders', true, '2 rows restored, 2 rows in the source: 0.0 % apart']],
    ]);
    await postgres.psql('INSERT INTO app.orders VALUES (3), (4)', 'source');
    expect((await bring({ live: live(50) })).error).toBeUndefined();
    const apart = await bring({ live: live(49) });
    expect(apart.error).toMatchObject({ code: 'assertion-failed', exitStatus: 1 });
    expect(outcomes(apart.result.assertions)).toEqual([
      ['rows of app.orders', false, '2 rows restored, 4 rows in the source: 50.0 % apart'],
    ]);
    expect(await exists('copy')).toBe(true);
    await postgres.psql('DROP TABLE app.orders', 'source');
    expect(outcomes((await bring({ live: live(100) })).result.assertions)).toEqual([
      ['rows of app.orders', false, expect.stringContaining('does not exist')],
    ]);
    const drill = { where: 'given', maintenanceDatabases: ['postgres'], jobs: 2, live: live(100) } as const;
    const asked = { name: 'shop', target: { latest: true }, level: 'restore', drill } as const;
    const drilled = await ended<VerifyResult>(verify(asked, services(), place.context()));
    expect(drilled.error?.code).toBe('assertion-failed');
    expect(drilled.result.backups[0]?.verdict).toBe('exact');
  });

  it('asks for the living source before it begins, which is not the restored database', async () => {
    const own = serverOf(postgres, 'postgres');
    const refused = (live: RestoreRequest['live'], request: Partial<RestoreRequest> = {}) =>
      restore(
        {
          ...{ name: 'shop', target: { latest: true }, maintenanceDatabases: ['postgres'], jobs: 2 },
          ...{ owner: true, privileges: true, into: 'never', live, ...request },
        },
        { server: own, repository: place.repository },
        place.context(),
      );
    await expect(refused({ server: own, database: 'nowhere', tolerance: 1 })).rejects.toMatchObject({
      code: 'database-missing',
    });
    await postgres.createDatabase('given', 'TEMPLATE template0');
    const itself = { into: undefined, intoEmpty: 'shop' };
    await expect(refused({ server: own, database: undefined, tolerance: 1 }, itself)).rejects.toMatchObject({
      code: 'configuration-invalid',
      message: "database 'shop' would be compared with itself",
    });
    expect(await exists('never')).toBe(false);
    const { error } = await bring({
      ...{ into: undefined, intoEmpty: 'given' },
      live: { server: { ...own }, database: 'given', tolerance: 100 },
    });
    expect(error?.message).toContain("'the living source' (it is the database that is restored)");
  });

  it('runs nothing of a view that has the name of a table in the living source', async () => {
    await postgres.createDatabase('trap', 'TEMPLATE shop');
    await postgres.psql(
      `DROP TABLE app.orders; CREATE FUNCTION app.spring() RETURNS boolean LANGUAGE plpgsql AS $$
         BEGIN RAISE EXCEPTION 'sprung as %', current_user; END $$;
       CREATE VIEW app.orders AS SELECT 1 AS id WHERE app.spring()`,
      'trap',
    );
    const live = { server: serverOf(postgres, 'postgres'), database: 'trap', tolerance: 100 };
    const { result } = await bring({ live });
    expect(outcomes(result.assertions)).toEqual([['rows of app.orders', false, 'it is no table in the source']]);
  });

  it('keep what is restored where the living source cannot be asked any more', async () => {
    const server = serverOf(postgres, 'gone');
    const programs = newestPrograms(await findPrograms(server, place.context()));
    expect(await compareLive([], { source: server, tolerance: 0, programs }, place.context())).toMatchObject([
      { name: 'the living source', ok: false, detail: expect.stringContaining('gone') },
    ]);
  });

  it.each([
    ["SELECT 'a' AS title, true AS ok, '' AS detail", /^the columns of an assertion are name \(text\).*one is missing/],
    [
      "SELECT 'a' AS name, 1 AS ok, 7 AS detail WHERE false",
      /: 'ok' is integer, not boolean, 'detail' is integer, not text$/,
    ],
    ['DELETE FROM orders RETURNING 1', /^the server said 'syntax error/],
    [
      "SELECT 'a' AS name, true AS ok, set_config('a.b', 'c', false) AS detail FROM nowhere",
      /'relation "nowhere" does not exist'/,
    ],
    ["SELECT 'a' AS name, nextval('s') > 0 AS ok, '' AS detail", /read-only transaction/],
    ["SELECT 'open", /unterminated/],
  ])('say what is wrong with %s, by its line', async (wrong, detail) => {
    const { result } = await bring({ asserts: [file(`${MET}\n\n${wrong}`)] });
    const [first, second] = result.assertions;
    expect(first?.ok).toBe(true);
    expect(second).toMatchObject({
      file: 'rows.sql',
      name: 'rows.sql, line 3',
      ok: false,
      detail: expect.stringMatching(detail),
    });
  });

  it('are part of a drill, and say nothing about the backup', async () => {
    const drill = { where: 'given', maintenanceDatabases: ['postgres'], jobs: 1 } as const;
    const request = { name: 'shop', target: { latest: true }, level: 'restore' } as const;
    const check = (text: string) =>
      ended<VerifyResult>(
        verify({ ...request, drill: { ...drill, asserts: [file(text)] } }, services(), place.context()),
      );
    expect((await check(MET)).error).toBeUndefined();
    const { error, result } = await check(UNMET);
    expect(error).toMatchObject({ code: 'assertion-failed', exitStatus: 1 });
    const [backup] = result.backups;
    expect([backup?.ok, backup?.verdict]).toEqual([true, 'exact']);
    expect(outcomes(backup?.assertions)).toEqual(OUTCOMES);
  });
});
