import type { BackuperError } from '@postgres-backuper/base';
import { planRestore, type RestoreResult, restore, verify } from '@postgres-backuper/core';
import { createSampleDatabase, type Postgres, snapshotOf, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

describe('a restore on another major version', () => {
  let old: Postgres;
  let young: Postgres;
  let middle: Postgres | undefined;
  let place: Place;
  const between = async () => {
    middle ??= await startPostgres({ major: 17 });
    return middle;
  };
  beforeAll(async () => {
    [old, young, place] = await Promise.all([
      startPostgres({ major: 14 }),
      startPostgres({ major: 18 }),
      createPlace(),
    ]);
  });
  afterAll(async () => {
    await old?.stop();
    await young?.stop();
    await middle?.stop();
    await place?.remove();
  });
  const serverFor = (target: Postgres) => ({
    ...serverOf(target, 'postgres'),
    binDirs: [old.binDir, young.binDir],
  });
  const bring = (name: string, target: Postgres, toOlder = false) => {
    const context = place.context();
    const flags = { jobs: 2, owner: true, privileges: true, maintenanceDatabases: ['postgres'] };
    return restore(
      { name, target: { latest: true }, into: 'moved', toOlder, ...flags },
      { server: serverFor(target), repository: place.repository },
      context,
    );
  };

  it('brings a backup of 14 to 18', async () => {
    await createSampleDatabase(old, { dbname: 'shop', megabytes: 5 });
    await makeBackup(old, { dbname: 'shop' }, place);
    await young.createRole('sample_reader');
    await bring('shop', young);
    const [moved, original] = [await snapshotOf(young, 'moved'), await snapshotOf(old, 'shop')];
    expect(moved.tables).toEqual(original.tables);
    expect(moved.sequences).toEqual(original.sequences);
    expect(moved.largeObjects).toEqual(original.largeObjects);
  });

  it('brings a backup of 18 to 14 where that is asked for', async () => {
    await young.createDatabase('plain', 'TEMPLATE template0');
    const sql = 'CREATE TABLE t (i int PRIMARY KEY, v text); CREATE INDEX ON t (v); CREATE SEQUENCE s;';
    await young.psql(`${sql} INSERT INTO t SELECT i, 'v' || i FROM generate_series(1, 1000) i`, 'plain');
    await makeBackup(young, { dbname: 'plain' }, place);
    await expect(bring('plain', old)).rejects.toMatchObject({ code: 'server-older', exitStatus: 2 });
    expect((await bring('plain', old, true)).leftOut).toEqual([]);
    expect((await snapshotOf(old, 'moved')).tables).toEqual((await snapshotOf(young, 'plain')).tables);
    expect(await old.psql("SELECT count(*) FROM pg_indexes WHERE tablename = 't'", 'moved')).toBe('2');
    const services = { server: serverFor(old), repository: place.repository };
    const parts = { owner: true, privileges: true, policies: true, tablespaces: true };
    const flags = { ...parts, jobs: 2, maintenanceDatabases: ['postgres'] };
    const rows = {
      name: 'plain',
      target: { latest: true },
      into: 'moved',
      rows: { truncate: true, lockTimeoutMs: 10_000 },
      ...flags,
    } as const;
    const { findings } = await planRestore(rows, services, place.context());
    expect(findings).toContainEqual({
      ...{ kind: 'server', severity: 'note' },
      what: expect.stringMatching(/^the server \(14\..*\) is older than that of the backup \(18\./),
    });
    await restore(rows, services, place.context());
    expect((await snapshotOf(old, 'moved')).tables).toEqual((await snapshotOf(young, 'plain')).tables);
    await old.psql('DROP DATABASE moved');
  });

  it.each([14, 17] as const)('brings all rows of what %i does not know, and names the rest', async (major) => {
    const target = major === 14 ? old : await between();
    for (const server of [young, target]) await server.createRole('keeper', 'NOLOGIN');
    await young.createDatabase('modern', 'TEMPLATE template0');
    await young.psql(MODERN, 'modern');
    await makeBackup(young, { dbname: 'modern', globals: false }, place);
    const error: BackuperError = await bring('modern', target, true).then(
      () => expect.fail('it is whole'),
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ code: 'restore-incomplete', exitStatus: 4 });
    const result = error.result as RestoreResult;
    expect(result.notLoaded).toEqual([]);
    expect(result.objects.map(({ object }) => object).sort()).toEqual(major === 14 ? REFUSED_BY_14 : REFUSED_BY_17);
    expect(result.leftOut.map((text) => text.replace(/,? since .*| (are|lose|have) .*/, '')).sort()).toEqual(
      major === 14 ? FITTED_TO_14 : FITTED_TO_17,
    );
    const rows =
      'SELECT i, j, k FROM v UNION ALL SELECT a, b, 0 FROM nn UNION ALL SELECT a, b, 1 FROM kid ORDER BY 1, 2, 3';
    expect(await target.psql(rows, 'moved')).toBe(await young.psql(rows, 'modern'));
    expect(await target.psql('SELECT count(*) FROM ids', 'moved')).toBe('1');
    await expect(target.psql('INSERT INTO kid (b) VALUES (1)', 'moved')).rejects.toThrow(/not-null/);
    const drill = { where: 'given', maintenanceDatabases: ['postgres'], jobs: 2 } as const;
    const services = { repository: place.repository, server: serverFor(target) };
    const asked = { name: 'modern', target: { latest: true }, level: 'restore', drill } as const;
    const drilled = await verify(asked, services, place.context());
    expect(drilled.backups[0]).toMatchObject({
      verdict: 'degraded',
      notTested: expect.arrayContaining(['virtual generated columns']),
    });
    await target.psql('DROP DATABASE moved');
    await young.psql('DROP DATABASE modern');
  });
});

/** What 14 to 17 do not know, and what pg_dump writes of it inside of the definition of a table. */
const MODERN = `
  CREATE TABLE v (i int, j int GENERATED ALWAYS AS (i * 2) VIRTUAL, k int GENERATED ALWAYS AS (i) STORED);
  INSERT INTO v VALUES (1), (2);
  CREATE TABLE nn (a int CONSTRAINT a_must NOT NULL, b int NOT NULL NO INHERIT); INSERT INTO nn VALUES (3, 4);
  CREATE TABLE par (a int, b int); CREATE TABLE kid () INHERITS (par); ALTER TABLE kid ADD CONSTRAINT kid_a NOT NULL a;
  INSERT INTO kid VALUES (5, 6);
  CREATE TABLE opts (i int) WITH (autovacuum_vacuum_max_threshold = 1000, fillfactor = 90);
  CREATE TABLE ids (id uuid DEFAULT uuidv7() PRIMARY KEY); INSERT INTO ids DEFAULT VALUES;
  CREATE TABLE coll (t text COLLATE pg_catalog.pg_c_utf8);
  CREATE COLLATION own_builtin (provider = builtin, locale = 'C.UTF-8');
  CREATE TABLE part (i int) PARTITION BY LIST (i) USING heap; CREATE TABLE part1 PARTITION OF part DEFAULT;
  CREATE UNLOGGED SEQUENCE useq;
  CREATE UNIQUE INDEX uniq ON v (i) NULLS NOT DISTINCT;
  CREATE VIEW inv WITH (security_invoker = true) AS SELECT 1 AS one;
  ALTER TABLE opts ADD CONSTRAINT ne CHECK (i > 0) NOT ENFORCED;
  GRANT SELECT, MAINTAIN ON v TO keeper; GRANT MAINTAIN ON nn TO keeper`;
const REFUSED_BY_17 = ['CHECK CONSTRAINT public opts ne'];
const REFUSED_BY_14 = ['CHECK CONSTRAINT public opts ne', 'INDEX public uniq', 'VIEW public inv'];
const FITTED_TO_17 = [
  ...['NOT NULL constraints beside columns', 'NOT NULL constraints with NO INHERIT', 'calls of uuidv7()'],
  ...['storage parameters of 18', 'virtual generated columns'],
];
const FITTED_TO_14 = [
  ...['NOT NULL constraints beside columns', 'NOT NULL constraints with NO INHERIT', 'calls of uuidv7()'],
  ...['collations of the builtin provider', 'grants of MAINTAIN', 'storage parameters of 18'],
  ...['table access methods of partitioned tables', 'texts in the collation pg_c_utf8', 'unlogged sequences'],
  'virtual generated columns',
];
