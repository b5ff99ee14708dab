import {
  createSampleDatabase,
  type Postgres,
  run,
  snapshotOf,
  startPostgres,
  testMajors,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

describe.each(testMajors())('the sample database on PostgreSQL %i', (major) => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres({ major });
    await createSampleDatabase(server, { dbname: 'one', megabytes: 4 });
  });
  afterAll(() => server.stop());

  test('has about the asked size', async () => {
    const size = Number(await run('sh', ['-c', 'pg_dump --data-only one | wc -c'], { env: server.env }));
    expect(size).toBeGreaterThan(3_000_000);
    expect(size).toBeLessThan(5_500_000);
  });

  test('has the same content each time, but for the numbers of large objects', async () => {
    // both: before a second try the role of the first one is dropped with its privileges
    for (const dbname of ['one', 'two']) await createSampleDatabase(server, { dbname, megabytes: 4 });
    const [one, two] = [await snapshotOf(server, 'one'), await snapshotOf(server, 'two')];
    const same = Object.keys(one.tables).filter((name) => !/hr.documents|logs.sessions/.test(name));
    expect(same).toHaveLength(12);
    for (const name of same) expect([name, two.tables[name]]).toEqual([name, one.tables[name]]);
    expect(two.sequences).toEqual(one.sequences);
    expect(two.schema).toEqual(one.schema);
    expect(Object.keys(one.largeObjects)).toHaveLength(4);
  });

  test('a snapshot shows one changed row, value, sequence, privilege or large object', async () => {
    await server.psql('CREATE DATABASE copy TEMPLATE one');
    const before = await snapshotOf(server, 'copy');
    expect(before).toEqual(await snapshotOf(server, 'one'));
    await server.psql(
      `UPDATE sales.customers SET note = note || ' ' WHERE id = 7; SELECT nextval('sales.invoice_number');
       GRANT SELECT ON hr.documents TO sample_reader; SELECT lo_put(content, 5, 'x') FROM hr.documents WHERE id = 2;`,
      'copy',
    );
    const after = await snapshotOf(server, 'copy');
    const differing = (part: 'tables' | 'sequences' | 'largeObjects') =>
      Object.keys(before[part]).filter((name) => before[part][name] !== after[part][name]);
    expect(differing('tables')).toEqual(['sales.customers']);
    expect(differing('sequences')).toEqual(['sales.invoice_number']);
    expect(differing('largeObjects')).toHaveLength(1);
    expect(after.schema).not.toEqual(before.schema);
  });
});
