import type { Event } from '@postgres-backuper/base';
import { planRestore, restore } from '@postgres-backuper/core';
import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectSelection } from '../../packages/core/src/restore/select-objects.ts';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

/** Names with quotes, dots, upper case, percents, a schema named like a keyword; what moves and what stays. */
const SQL = `
CREATE SCHEMA "table"; CREATE SCHEMA other; SET search_path = "table";
CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE DOMAIN small AS int CHECK (VALUE < 1000);
CREATE FUNCTION fits(int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0'; CREATE FUNCTION raises() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
CREATE TABLE other.far (i int PRIMARY KEY); INSERT INTO other.far VALUES (1); CREATE TABLE near (i int PRIMARY KEY); INSERT INTO near VALUES (1);
CREATE TABLE "Or""de.rs %" (id serial PRIMARY KEY, g int GENERATED ALWAYS AS IDENTITY, m mood DEFAULT 'good', s small, twice int GENERATED ALWAYS AS (id * 2) STORED,
  far int REFERENCES other.far, near int REFERENCES near, up int REFERENCES "Or""de.rs %", CHECK (fits(id)), EXCLUDE USING btree (g WITH =));
INSERT INTO "Or""de.rs %" (s, far, near, up) SELECT g, 1, 1, g FROM generate_series(1, 30) g;
CREATE INDEX "i.1" ON "Or""de.rs %" (lower(id::text)) WHERE fits(id); CREATE TRIGGER no BEFORE UPDATE ON "Or""de.rs %" FOR EACH ROW EXECUTE FUNCTION raises();
CREATE STATISTICS st ON g, s FROM "Or""de.rs %"; COMMENT ON COLUMN "Or""de.rs %".s IS 'table.near''s'; CREATE VIEW v AS SELECT * FROM near;
ALTER TABLE "Or""de.rs %" ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON "Or""de.rs %" USING (true);
CREATE TABLE part (i int, d int, PRIMARY KEY (i, d)) PARTITION BY RANGE (d); CREATE TABLE part1 PARTITION OF part FOR VALUES FROM (0) TO (10); INSERT INTO part VALUES (1, 1);
CREATE TABLE parent (i int); CREATE TABLE child (j int) INHERITS (parent); INSERT INTO child VALUES (1, 2); INSERT INTO parent VALUES (5);
CREATE TABLE other.heir (k int) INHERITS (parent);`;
const NONE: ObjectSelection = {
  ...{ tables: [], schemas: [], excludeTables: [], excludeSchemas: [], excludeTableData: [], schemaOnly: false },
};
const ORDERS = '"table"."Or""de.rs %"';
/** All that a restore beside the living tables must not change. */
const LIVING = `SELECT (SELECT string_agg(pg_describe_object(classid, objid, objsubid) || refobjid, ' ' ORDER BY 1) FROM pg_depend d
    WHERE refobjid IN (SELECT oid FROM pg_class WHERE relnamespace IN ('"table"'::regnamespace, 'other'::regnamespace)) AND deptype <> 'i'),
  (SELECT md5(string_agg(o::text, '' ORDER BY id)) FROM ${ORDERS} o), (SELECT count(*) FROM "table".parent), (SELECT last_value FROM "table"."Or""de.rs %_id_seq"),
  (SELECT string_agg(oid || nspname, ' ' ORDER BY oid) FROM pg_namespace WHERE nspname NOT LIKE 'pg_t%')`;

describe.each(testMajors())('a restore into a new schema, on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  beforeAll(async () => {
    [postgres, place] = await Promise.all([startPostgres({ major }), createPlace()]);
    await postgres.createDatabase('shop', 'TEMPLATE template0');
    await postgres.psql(SQL, 'shop');
    await makeBackup(postgres, { dbname: 'shop' }, place);
    await postgres.psql(`DELETE FROM ${ORDERS} WHERE id > 10; SELECT nextval('"table"."Or""de.rs %_id_seq"')`, 'shop');
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  const asked = (intoSchema: string, selection: Partial<ObjectSelection>, into = 'shop') => ({
    ...{
      name: 'shop',
      target: { latest: true } as const,
      into,
      intoSchema,
      maintenanceDatabases: ['postgres'],
      jobs: 2,
    },
    ...{ owner: true, privileges: true, policies: true, tablespaces: true, selection: { ...NONE, ...selection } },
  });
  const services = () => ({ server: serverOf(postgres, 'postgres'), repository: place.repository });

  it('brings old rows back beside the living ones', async () => {
    const schema = 'New "S.1%"';
    const before = await postgres.psql(LIVING, 'shop');
    const result = await restore(asked(schema, { tables: [ORDERS] }), services(), place.context());
    expect(result).toMatchObject({ intoSchema: schema, database: 'shop', objects: [], tables: [{ rows: 30 }] });
    const [left = '', used = ''] = result.leftOut;
    for (const name of ['no', 'p', '_far_fkey', '_near_fkey', 'ROW SECURITY']) expect(left).toContain(name);
    for (const name of ['table.mood', 'table.small', 'table.fits']) expect(used).toContain(`'${name}'`);
    expect(used).not.toContain('seq');
    const there = '"New ""S.1%"""';
    const at = `${there}."Or""de.rs %"`;
    const facts = `SELECT (SELECT string_agg(conname, ' ' ORDER BY conname) FROM pg_constraint WHERE conrelid = '${at}'::regclass AND contype IN ('p', 'f', 'c', 'x')),
      (SELECT count(*) FROM pg_index WHERE indrelid = '${at}'::regclass), (SELECT count(*) FROM ${at}), (SELECT sum(twice) FROM ${at}),
      (SELECT pg_get_serial_sequence('${at}', 'id')), (SELECT last_value FROM ${there}."Or""de.rs %_id_seq"), col_description('${at}'::regclass, 4),
      (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = '${at}'::regclass AND adnum = 1), (SELECT count(*) FROM pg_trigger WHERE tgrelid = '${at}'::regclass AND NOT tgisinternal)`;
    expect((await postgres.psql(facts, 'shop')).split('|')).toEqual([
      'Or"de.rs %_g_excl Or"de.rs %_id_check Or"de.rs %_pkey Or"de.rs %_up_fkey',
      '3',
      '30',
      '930',
      `${there}."Or""de.rs %_id_seq"`,
      '30',
      "table.near's",
      `nextval('${there}."Or""de.rs %_id_seq"'::regclass)`,
      '0',
    ]);
    await postgres.psql(`INSERT INTO ${at} (s) VALUES (1); DROP SCHEMA ${there} CASCADE`, 'shop');
    expect(await postgres.psql(LIVING, 'shop')).toBe(before);
  });

  it('takes partitions and inherited tables along, never as children of the living ones', async () => {
    const before = await postgres.psql(LIVING, 'shop');
    const tables = ['table.part', 'table.child'];
    const result = await restore(asked('Select', { tables }), services(), place.context());
    expect(result.tables.map(({ table, rows }) => `${table} ${rows}`)).toEqual(['child 1', 'part1 1']);
    const facts = `SELECT (SELECT count(*) FROM "Select".part), (SELECT count(*) FROM "Select".parent), (SELECT count(*) FROM pg_index WHERE indrelid = '"Select".part1'::regclass)`;
    expect(await postgres.psql(facts, 'shop')).toBe('1|1|1');
    await postgres.psql('DROP SCHEMA "Select" CASCADE', 'shop');
    expect(await postgres.psql(LIVING, 'shop')).toBe(before);
    await expect(restore(asked('n', { tables: ['other.heir'] }), services(), place.context())).rejects.toMatchObject({
      code: 'configuration-invalid',
      message: expect.stringContaining("'TABLE other heir' stands on 'table.parent'"),
    });
  });

  it('takes the tables of a schema, and names its views and functions', async () => {
    await postgres.psql('DROP SCHEMA IF EXISTS "all of it" CASCADE', 'shop'); // of a first try
    const result = await restore(asked('all of it', { schemas: ['table'] }), services(), place.context());
    expect(result.tables.map(({ rows }) => rows)).toEqual([30, 1, 1, 1, 1]);
    expect(result.leftOut[0]).toMatch(/FUNCTION table raises\(\).*VIEW table v/);
    expect(
      await postgres.psql(
        "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace = '\"all of it\"'::regnamespace",
        'shop',
      ),
    ).toBe('2');
  });

  it('leaves nothing of it if it fails, and refuses a schema that exists', async () => {
    const states = () => postgres.psql(LIVING, 'shop');
    const before = await states();
    await expect(restore(asked('other', { tables: [ORDERS] }), services(), place.context())).rejects.toMatchObject({
      code: 'database-exists',
      message: "schema 'other' exists in 'shop'",
    });
    const plan = await planRestore(asked('n', { tables: [ORDERS] }), services(), place.context());
    const used = plan.findings.find(({ what }) => what.startsWith('used where they were: '));
    expect(used?.what).toContain("'table.mood'");
    const cancel = new AbortController();
    const context = place.context(cancel.signal);
    const emit = (event: Event) => void (event.type === 'progress' && cancel.abort(new Error('cancelled')));
    await expect(restore(asked('n', { tables: [ORDERS] }), services(), { ...context, emit })).rejects.toThrow(
      'cancelled',
    );
    await postgres.createDatabase('empty', 'TEMPLATE template0');
    await expect(restore(asked('n', { tables: [ORDERS] }, 'empty'), services(), place.context())).rejects.toMatchObject(
      {
        code: 'restore-failed',
        message: expect.stringMatching(/could not be restored: .*table/),
        hint: "nothing was changed in 'empty'",
      },
    );
    expect(await postgres.psql("SELECT count(*) FROM pg_namespace WHERE nspname = 'n'", 'empty')).toBe('0');
    expect(await states()).toBe(before);
  });
});
