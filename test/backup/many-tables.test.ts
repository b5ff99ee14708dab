import { type Postgres, snapshotOf, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restore } from '../../packages/core/src/restore.ts';
import { createPlace, type Place, serverOf } from '../restore/harness.ts';
import { backedUp, HARD_TABLES } from './split-harness.ts';

/** Small ones, so that the hard ones are small on average. */
const MANY_TABLES = `
DO $$ BEGIN FOR n IN 1..1500 LOOP
  EXECUTE format('CREATE TABLE many_%s (id int, text text)', n);
  EXECUTE format('INSERT INTO many_%s SELECT g, md5(g::text) FROM generate_series(1, %s) g', n, n % 5);
END LOOP; END $$;
CREATE TABLE materials (id serial PRIMARY KEY); INSERT INTO materials DEFAULT VALUES;
CREATE MATERIALIZED VIEW seen AS SELECT count(*) FROM materials;
SELECT lo_from_bytea(4711, 'large object');`;

describe.each(testMajors())('many small tables, on PostgreSQL %i', (major) => {
  let server: Postgres;
  let place: Place;
  beforeAll(async () => {
    const settings = { log_statement: 'all', max_locks_per_transaction: '400' };
    server = await startPostgres({ major, settings });
    place = await createPlace();
    await server.createDatabase('many', 'TEMPLATE template0');
    await server.psql(HARD_TABLES.replaceAll('4000)', '400)'), 'many');
    await server.psql(MANY_TABLES, 'many');
  });
  afterAll(async () => {
    await server?.stop();
    await place?.remove();
  });

  /** The backup, and how many sessions of pg_dump it had. */
  const watched = async () => {
    const before = server.log().length;
    const made = await backedUp(server, { dbname: 'many', place });
    const sessions = server
      .log()
      .slice(before)
      .match(/SET TRANSACTION SNAPSHOT/g)?.length;
    return { ...made, sessions };
  };

  it('come in one pass as they come in files, and are restored', async () => {
    const stream = await watched();
    await restore(
      {
        ...{ name: 'many', target: { latest: true }, into: 'many again' },
        ...{ maintenanceDatabases: ['postgres'], jobs: 2, owner: true, privileges: true },
      },
      { server: serverOf(server, 'postgres'), repository: place.repository },
      place.context(),
    );
    expect(await snapshotOf(server, 'many again')).toEqual(await snapshotOf(server, 'many'));

    await server.psql("CREATE TABLE zzz_large AS SELECT repeat('x', 1000) FROM generate_series(1, 20000)", 'many');
    const files = await watched();
    expect(stream.sessions).toBe(2); // tables, large objects
    expect(files.sessions).toBeGreaterThan(3);
    const tables = ({ catalog }: typeof files) =>
      catalog.tables
        .filter(({ table }) => table !== 'zzz_large')
        .map(({ dumpId: _, file: __, ...rest }) => rest)
        .sort((a, b) => (`${a.schema}.${a.table}` < `${b.schema}.${b.table}` ? -1 : 1));
    expect(tables(stream)).toEqual(tables(files));
    expect(stream.catalog.tables.length).toBeGreaterThan(1500);
  });
});
