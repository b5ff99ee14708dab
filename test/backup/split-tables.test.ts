import { restore } from '@postgres-backuper/core';
import { type Postgres, snapshotOf, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPlace, type Place, serverOf } from '../restore/harness.ts';
import { backedUp, HARD_TABLES } from './split-harness.ts';

describe.each(testMajors())('tables read in ranges, on PostgreSQL %i', (major) => {
  let server: Postgres;
  let place: Place;
  beforeAll(async () => {
    server = await startPostgres({ major, settings: { log_statement: 'all' } });
    place = await createPlace();
    await server.createDatabase('hard', 'TEMPLATE template0');
    await server.psql(HARD_TABLES, 'hard');
  });
  afterAll(async () => {
    await server?.stop();
    await place?.remove();
  });

  /** Tables of which a range was read, by the text of the statements. */
  const rangesIn = (log: string) =>
    new Set([...log.matchAll(/COPY \(SELECT [^\n]* FROM ONLY (.*?) WHERE ctid/g)].map(([, table]) => table));

  it('are byte for byte what pg_dump writes, names and table of contents too', async () => {
    const whole = await backedUp(server, { dbname: 'hard', place });
    const before = server.log().length;
    const split = await backedUp(server, { dbname: 'hard', splitFromBytes: 8192, place });
    expect(split.catalog.tables).toEqual(whole.catalog.tables);
    const sizes = ({ catalog }: typeof whole) => catalog.files.map(({ name, sizeBytes }) => [name, sizeBytes]).sort();
    expect(sizes(split)).toEqual(sizes(whole));
    expect(split.toc.equals(whole.toc)).toBe(true);
    expect(split.catalog.exclusions).toEqual([]);

    const read = rangesIn(server.log().slice(before));
    for (const table of ['plain', 'nulls', 'toasted', 'holes', 'emptied', 'parent', 'child', 'parted_1', 'parted_2'])
      expect(read).toContain(`"public"."${table}"`);
    expect([...read].filter((name) => name?.includes('Ta.b'))).toHaveLength(2);
    for (const table of ['no_columns', 'unlogged', 'secret']) expect(read).not.toContain(`"public"."${table}"`);
  });

  it('come back by an ordinary restore', async () => {
    await backedUp(server, { dbname: 'hard', splitFromBytes: 8192, place });
    const request = { name: 'hard', target: { latest: true }, into: 'hard again' } as const;
    const how = { maintenanceDatabases: ['postgres'], jobs: 2, owner: true, privileges: true };
    const services = { server: serverOf(server, 'postgres'), repository: place.repository };
    await restore({ ...request, ...how }, services, place.context());
    expect(await snapshotOf(server, 'hard again')).toEqual(await snapshotOf(server, 'hard'));
  });
});
