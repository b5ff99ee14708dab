import { restore } from '@postgres-backuper/core';
import { createSampleDatabase, type Postgres, snapshotOf, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

describe('a restore on another major version', () => {
  let old: Postgres;
  let young: Postgres;
  let place: Place;
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
    await place?.remove();
  });
  const bring = (name: string, target: Postgres) => {
    const server = { ...serverOf(target, 'postgres'), binDirs: [old.binDir, young.binDir] };
    const context = place.context();
    const flags = { jobs: 2, owner: true, privileges: true, maintenanceDatabases: ['postgres'] };
    return restore(
      { name, target: { latest: true }, into: 'moved', ...flags },
      { server, repository: place.repository },
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

  it('brings a backup of 18 to 14, with the one error that does no harm', async () => {
    await young.createDatabase('plain', 'TEMPLATE template0');
    const sql = 'CREATE TABLE t (i int PRIMARY KEY, v text); CREATE INDEX ON t (v); CREATE SEQUENCE s;';
    await young.psql(`${sql} INSERT INTO t SELECT i, 'v' || i FROM generate_series(1, 1000) i`, 'plain');
    await makeBackup(young, { dbname: 'plain' }, place);
    await bring('plain', old);
    expect((await snapshotOf(old, 'moved')).tables).toEqual((await snapshotOf(young, 'plain')).tables);
    expect(await old.psql("SELECT count(*) FROM pg_indexes WHERE tablename = 't'", 'moved')).toBe('2');
    await old.psql('DROP DATABASE moved');
  });

  it('refuses what the older version does not know, and leaves nothing', async () => {
    await young.createDatabase('modern', 'TEMPLATE template0');
    await young.psql(
      'CREATE TABLE t (i int, j int GENERATED ALWAYS AS (i) VIRTUAL); INSERT INTO t VALUES (1)',
      'modern',
    );
    await makeBackup(young, { dbname: 'modern' }, place);
    await expect(bring('modern', old)).rejects.toMatchObject({
      code: 'restore-failed',
      message: expect.stringMatching(/'TABLE public t' could not be restored: syntax error/),
    });
    expect(await old.psql("SELECT count(*) FROM pg_database WHERE datname = 'moved'")).toBe('0');
  });
});
