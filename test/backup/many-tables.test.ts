import { restore } from '@postgres-backuper/core';
import { type Postgres, snapshotOf, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realClock } from '../../packages/cli/src/real-clock.ts';
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
  let stream: Awaited<ReturnType<typeof watched>>;
  beforeAll(async () => {
    const settings = { log_statement: 'all', max_locks_per_transaction: '400' };
    server = await startPostgres({ major, settings });
    place = await createPlace();
    await server.createDatabase('many', 'TEMPLATE template0');
    await server.psql(HARD_TABLES.replaceAll('4000)', '400)'), 'many');
    await server.psql(MANY_TABLES, 'many');
    stream = await watched(0);
  });
  afterAll(async () => {
    await server?.stop();
    await place?.remove();
  });

  /** The backup from a server that takes so long to answer, and how many sessions of pg_dump it had. */
  const watched = async (answerMs: number) => {
    let elapsed = 0;
    const clock = { ...realClock, elapsed: () => (elapsed += answerMs) };
    const context: Place['context'] = (signal) => ({ ...place.context(signal), clock });
    const before = server.log().length;
    const made = await backedUp(server, { dbname: 'many', place: { ...place, context } });
    const sessions = server
      .log()
      .slice(before)
      .match(/SET TRANSACTION SNAPSHOT/g)?.length;
    return { ...made, sessions };
  };

  it('come in one pass from a near server as they come in files from a far one', async () => {
    const files = await watched(5);
    expect(stream.sessions).toBe(2); // tables, large objects
    expect(files.sessions).toBe(5); // names of the files, pg_dump and two workers, large objects
    expect(stream.catalog.tables).toEqual(files.catalog.tables);
    expect(stream.catalog.tables.length).toBeGreaterThan(1500);
    const sizes = ({ catalog }: typeof files) => catalog.files.map(({ name, sizeBytes }) => [name, sizeBytes]).sort();
    expect(sizes(stream)).toEqual(sizes(files));
    expect(stream.toc.equals(files.toc)).toBe(true);
  });

  it('come back by an ordinary restore', async () => {
    const target = { label: stream.label };
    const request = { name: 'many', target, into: 'many again' } as const;
    const how = { maintenanceDatabases: ['postgres'], jobs: 2, owner: true, privileges: true };
    const services = { server: serverOf(server, 'postgres'), repository: place.repository };
    await restore({ ...request, ...how }, services, place.context());
    expect(await snapshotOf(server, 'many again')).toEqual(await snapshotOf(server, 'many'));
  });
});
