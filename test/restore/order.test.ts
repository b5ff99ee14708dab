import { restore } from '@postgres-backuper/core';
import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drill } from '../../packages/core/src/drill/drill.ts';
import { openBackup } from '../../packages/core/src/restore/opened-backup.ts';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

/** Checks that read other tables, and an event trigger that forbids what post-data does. */
const SQL = `
  CREATE TABLE zz_limits (m int); CREATE TABLE zz_offsets (m int); INSERT INTO zz_limits VALUES (10); INSERT INTO zz_offsets VALUES (1);
  CREATE FUNCTION small(int) RETURNS boolean LANGUAGE sql STABLE AS
    'SELECT coalesce($1 < (SELECT m FROM public.zz_limits) + (SELECT m FROM public.zz_offsets), false)';
  CREATE TABLE aa_uses (i int CHECK (small(i))); INSERT INTO aa_uses SELECT g % 10 FROM generate_series(1, 500) g;
  CREATE FUNCTION used(int) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT EXISTS (SELECT FROM public.aa_uses WHERE i = $1)';
  CREATE TABLE a_uses_of_uses (i int CHECK (used(i))); INSERT INTO a_uses_of_uses SELECT 3 FROM generate_series(1, 1000);
  CREATE MATERIALIZED VIEW v AS SELECT count(*) AS rows FROM zz_limits; CREATE UNIQUE INDEX ON v (rows);
  CREATE FUNCTION forbid() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is forbidden', tg_tag; END $$;
  CREATE EVENT TRIGGER never ON ddl_command_start WHEN TAG IN ('REFRESH MATERIALIZED VIEW', 'CREATE INDEX', 'ALTER TABLE')
    EXECUTE FUNCTION forbid(); COMMENT ON EVENT TRIGGER never IS 'on purpose'; ALTER EVENT TRIGGER never ENABLE ALWAYS;`;
const TIMES = 10;

describe.each(testMajors())('on PostgreSQL %i', (major) => {
  let server: Postgres;
  let place: Place;
  beforeAll(async () => {
    [server, place] = await Promise.all([startPostgres({ major }), createPlace()]);
  });
  afterAll(async () => {
    await server?.stop();
    await place?.remove();
  });

  it(`brings tables with checks that read others, and views beside event triggers, back ${TIMES} times of ${TIMES}`, async () => {
    const flags = { jobs: 4, maintenanceDatabases: ['postgres'] };
    const request = { name: 'order', target: { latest: true as const }, owner: true, privileges: true, ...flags };
    const services = { server: serverOf(server, 'postgres'), repository: place.repository };
    await server.createDatabase('order', 'TEMPLATE template0');
    await server.psql(SQL, 'order');
    await makeBackup(server, { dbname: 'order', jobs: 2 }, place);
    const triggers = 'SELECT evtname, evtenabled, obj_description(oid) FROM pg_event_trigger';
    for (let time = 1; time <= TIMES; time += 1) {
      const context = place.context();
      const jobs = time % 2 === 1 ? 1 : 4;
      const restored = await restore({ ...request, jobs, into: `again ${time}` }, services, context);
      expect(restored.tables.map(({ rows }) => rows).sort()).toEqual([1, 1, 1000, 500]);
      expect(await server.psql(triggers, `again ${time}`)).toBe(await server.psql(triggers, 'order'));
      if (jobs > 1) continue;
      // One session goes by segments, in each by size, largest first. A dump of two jobs has two segments at most, and
      // which tables share one is open; the good order needs three: the two that are read, aa_uses, a_uses_of_uses.
      expect(context.events).toContainEqual({
        type: 'notice',
        text: expect.stringMatching(/'public\.(aa_uses|a_uses_of_uses)' is tried again/),
      });
    }
    const context = place.context();
    const backup = await openBackup(request, place.repository, context);
    const { tables: compared } = await drill(backup, flags, { server: services.server, context });
    expect(compared.map(({ proof }) => proof)).toEqual(['exact', 'exact', 'exact', 'exact']);
  });

  it('keeps the others, and fails with the reason, when nothing that is left can be loaded', async () => {
    await server.createDatabase('never', 'TEMPLATE template0');
    const sql = `CREATE FUNCTION fits(int) RETURNS boolean LANGUAGE sql AS 'SELECT true'; CREATE TABLE t (i int CHECK (fits(i)));
      INSERT INTO t VALUES (1); CREATE TABLE u AS SELECT 1; CREATE OR REPLACE FUNCTION fits(int) RETURNS boolean LANGUAGE sql AS 'SELECT false';`;
    await server.psql(sql, 'never');
    await makeBackup(server, { dbname: 'never' }, place);
    const request = {
      name: 'never',
      target: { latest: true as const },
      into: 'never again',
      owner: true,
      privileges: true,
    };
    const services = { server: serverOf(server, 'postgres'), repository: place.repository };
    const restored = restore({ ...request, jobs: 2, maintenanceDatabases: ['postgres'] }, services, place.context());
    await expect(restored).rejects.toMatchObject({
      code: 'rows-missing',
      exitStatus: 1,
      message: expect.stringContaining("'public.t'"),
    });
    expect(await server.psql('SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM u)', 'never again')).toBe('0|1');
  });
});
