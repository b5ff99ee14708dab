import { isBackuperError } from '@postgres-backuper/base';
import { type RestoreRequest, type RestoreResult, restore } from '@postgres-backuper/core';
import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

const ALL = {
  ...{ tables: [], schemas: [], excludeTables: [], excludeSchemas: [], excludeTableData: [], schemaOnly: false },
};
const ROWS = (what: string, count: number) => `SELECT '${what}' AS what, g FROM generate_series(1, ${count}) g`;

describe.each(testMajors())('rows compared with a living source, on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let other: Postgres;
  let place: Place;
  beforeAll(async () => {
    [postgres, other, place] = await Promise.all([startPostgres({ major }), startPostgres({ major }), createPlace()]);
    for (const server of [postgres, other]) {
      await server.createDatabase('shop', 'TEMPLATE template0');
      await server.psql(
        `CREATE TABLE orders AS ${ROWS('old', 100)}; CREATE TABLE items AS ${ROWS('old', 10)};
         CREATE TABLE days (d int) PARTITION BY RANGE (d); CREATE TABLE early PARTITION OF days FOR VALUES FROM (0) TO (10);
         CREATE TABLE late PARTITION OF days FOR VALUES FROM (10) TO (20); INSERT INTO days SELECT generate_series(0, 14)`,
        'shop',
      );
    }
    await makeBackup(postgres, { dbname: 'shop' }, place);
  });
  afterAll(async () => {
    await Promise.all([postgres?.stop(), other?.stop(), place?.remove()]);
  });

  const bring = async (request: Partial<RestoreRequest>) => {
    await postgres.psql('DROP DATABASE IF EXISTS copy WITH (FORCE)');
    const all = { name: 'shop', target: { latest: true } as const, maintenanceDatabases: ['postgres'], jobs: 2 };
    const asked = { ...all, owner: true, privileges: true, into: 'copy', ...request };
    const services = { server: serverOf(postgres, 'postgres'), repository: place.repository };
    try {
      return { result: await restore(asked, services, place.context()), error: undefined };
    } catch (error) {
      if (!isBackuperError(error)) throw error;
      return { result: error.result as RestoreResult, error };
    }
  };
  const outcomes = ({ assertions }: RestoreResult) => assertions.map(({ name, ok, detail }) => [name, ok, detail]);
  const same = (name: string, rows: number) => [
    ...[`rows of public.${name}`, true, `${rows} rows restored, ${rows} rows in the source: 0.0 % apart`],
  ];
  const elsewhere = (tolerance: number) => ({
    server: serverOf(other, 'postgres'),
    ...{ database: undefined, tolerance },
  });

  it('counts on the second server, not on the one that is restored to', async () => {
    await postgres.psql('TRUNCATE orders', 'shop');
    const equal = await bring({ live: elsewhere(0) });
    expect(equal.error).toBeUndefined();
    expect(outcomes(equal.result).toSorted()).toEqual(
      [same('early', 10), same('late', 5), same('items', 10), same('orders', 100)].toSorted(),
    );
    await other.psql('DELETE FROM orders WHERE g > 90; DELETE FROM days WHERE d = 14', 'shop');
    const apart = await bring({ live: elsewhere(15) });
    expect(apart.error?.message).toMatch(/1 of 4 assertions failed: 'rows of public\.late'/);
    await other.psql(`INSERT INTO orders ${ROWS('old', 10)}; INSERT INTO days VALUES (14)`, 'shop');
    await postgres.psql(`INSERT INTO orders ${ROWS('old', 100)}`, 'shop');
  });

  it('counts the parts that are restored alone', async () => {
    const { result, error } = await bring({ live: elsewhere(0), selection: { ...ALL, tables: ['public.items'] } });
    expect(error).toBeUndefined();
    expect(outcomes(result)).toEqual([same('items', 10)]);
    const partition = await bring({ live: elsewhere(0), selection: { ...ALL, tables: ['public.days'] } });
    expect(
      outcomes(partition.result)
        .map(([name]) => name)
        .toSorted(),
    ).toEqual(['rows of public.early', 'rows of public.late']);
    const definitions = await bring({ live: elsewhere(0), selection: { ...ALL, schemaOnly: true } });
    expect([definitions.error, definitions.result.assertions]).toEqual([undefined, []]);
  });

  it('compares with the database that is replaced, before it is', async () => {
    const living = { server: serverOf(postgres, 'postgres'), database: undefined, tolerance: 0 };
    await postgres.psql('INSERT INTO items VALUES ($$new$$, 11)', 'shop');
    const refused = await bring({ into: undefined, replace: 'shop', live: living });
    expect(refused.error).toMatchObject({
      code: 'assertion-failed',
      hint: expect.stringContaining("'shop' was not replaced and is as it was"),
    });
    expect(await postgres.psql('SELECT count(*) FROM items', 'shop')).toBe('11');
    await postgres.psql('DROP DATABASE IF EXISTS copy');
    for (const name of (await postgres.psql("SELECT datname FROM pg_database WHERE datname LIKE 'shop_%'")).split('\n'))
      if (name !== '') await postgres.psql(`DROP DATABASE "${name}"`);
    const { result, error } = await bring({ into: undefined, replace: 'shop', live: { ...living, tolerance: 10 } });
    expect([error, result.database]).toEqual([undefined, 'shop']);
    expect(outcomes(result)).toContainEqual([
      ...['rows of public.items', true, '10 rows restored, 11 rows in the source: 9.1 % apart'],
    ]);
    expect(await postgres.psql('SELECT count(*) FROM items', 'shop')).toBe('10');
    expect(await postgres.psql('SELECT count(*) FROM items', result.replaced ?? '')).toBe('11');
  });
});
