import { createHash } from 'node:crypto';
import { restore } from '@postgres-backuper/core';
import {
  dataFileOf,
  findPrograms,
  newestPrograms,
  openSnapshot,
  openSplitDump,
  parseCopyStatement,
} from '@postgres-backuper/postgres';
import { type Postgres, snapshotOf, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPlace, type Place, serverOf } from '../restore/harness.ts';
import { testContext } from '../test-context.ts';
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

  it('have the same bytes when several are read side by side, each by sessions of its own', async () => {
    const { catalog } = await backedUp(server, { dbname: 'hard', place });
    const names = ['plain', 'toasted', 'nulls', 'holes', 'emptied'];
    const tables = catalog.tables.filter(({ schema, table }) => schema === 'public' && names.includes(table));
    const oids = (
      await server.psql(`SELECT oid::int FROM unnest('{${tables.map(({ table }) => table)}}'::regclass[]) oid`, 'hard')
    )
      .trim()
      .split('\n');
    const context = testContext();
    const database = serverOf(server, 'hard');
    const client = { server: database, programs: newestPrograms(await findPrograms(database, context)) };
    const snapshot = await openSnapshot(client, context);
    const asked = tables.map(({ copyStatement }, index) => ({
      ...{ entry: { oid: oids[index] as string }, copy: parseCopyStatement(Buffer.from(copyStatement, 'latin1')) },
    }));
    const request = { snapshotId: snapshot.id, encoding: 'UTF8', lockTimeoutMs: 60_000, jobs: 3, tables: asked };
    const split = await openSplitDump(client, request, context);
    const events: string[] = [];
    const read = tables.map(() => createHash('sha256'));
    const sinkOf = (index: number) => ({
      ...{ room: () => undefined, filled: () => undefined, end: () => void events.push('end') },
      take: (chunk: Buffer) => read[index]?.update(chunk) !== undefined,
    });
    const toSend = asked.map((table, index) => ({
      table,
      openSink() {
        events.push('begin');
        return sinkOf(index);
      },
    }));
    await split.dumpEach(toSend, snapshot.session).finally(() => split.close());
    await snapshot.close();
    const files = new Map(catalog.files.map((file) => [file.name, 'sha256' in file ? file.sha256 : undefined]));
    expect(read.map((hash) => hash.digest('hex'))).toEqual(tables.map((table) => files.get(dataFileOf(table))));
    expect(events).toHaveLength(2 * tables.length);
    expect(events.slice(0, 3)).toEqual(['begin', 'begin', 'begin']);
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
