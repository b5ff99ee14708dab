import { type RestoreResult, restore } from '@postgres-backuper/core';
import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectSelection } from '../../packages/core/src/restore/select-objects.ts';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

const SQL = `
  CREATE SCHEMA s; CREATE SCHEMA other;
  CREATE TYPE other.mood AS ENUM ('good', 'bad'); CREATE DOMAIN other.small AS int CHECK (VALUE < 1000);
  CREATE TABLE other.far (i int PRIMARY KEY); INSERT INTO other.far VALUES (1), (2);
  CREATE TABLE s.p (i other.small PRIMARY KEY); INSERT INTO s.p VALUES (1), (2);
  CREATE TABLE s.c (id serial PRIMARY KEY, g int GENERATED ALWAYS AS IDENTITY, m other.mood DEFAULT 'good',
    p int REFERENCES s.p, far int REFERENCES other.far, CHECK (id > 0));
  INSERT INTO s.c (p, far) SELECT 1 + g % 2, 1 FROM generate_series(1, 50) g;
  CREATE FUNCTION s.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
  CREATE TRIGGER stamp BEFORE INSERT ON s.c FOR EACH ROW EXECUTE FUNCTION s.stamp();
  CREATE INDEX c_m ON s.c (m); CREATE STATISTICS s.st ON id, p FROM s.c; COMMENT ON COLUMN s.c.m IS 'how';
  ALTER TABLE s.c ENABLE ROW LEVEL SECURITY; CREATE POLICY near ON s.c USING (m = 'good');
  CREATE POLICY far ON s.c USING (EXISTS (SELECT FROM other.far));
  CREATE VIEW s.v AS SELECT c.id FROM s.c; CREATE VIEW s.w AS SELECT i FROM other.far;
  CREATE TABLE s.part (i int, d int) PARTITION BY RANGE (d); CREATE TABLE s.part1 PARTITION OF s.part FOR VALUES FROM (0) TO (10);
  CREATE INDEX ON s.part (i); INSERT INTO s.part VALUES (1, 1);
  CREATE TABLE "Mixed Case" (i int); INSERT INTO "Mixed Case" VALUES (7);
  SELECT lo_from_bytea(0, 'x');`;
const NONE: ObjectSelection = {
  ...{ tables: [], schemas: [], excludeTables: [], excludeSchemas: [], excludeTableData: [], schemaOnly: false },
};

describe.each(testMajors())('a restore of selected objects on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  beforeAll(async () => {
    [postgres, place] = await Promise.all([startPostgres({ major }), createPlace()]);
    await postgres.createDatabase('all', 'TEMPLATE template0');
    await postgres.psql(SQL, 'all');
    await makeBackup(postgres, { dbname: 'all' }, place);
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  let count = 0;
  const bring = async (selection: Partial<ObjectSelection>) => {
    count += 1;
    const into = `copy${count}`;
    const flags = { maintenanceDatabases: ['postgres'], jobs: 2, owner: true, privileges: true };
    const asked = {
      name: 'all',
      target: { latest: true } as const,
      into,
      ...flags,
      selection: { ...NONE, ...selection },
    };
    const services = { server: serverOf(postgres, 'postgres'), repository: place.repository };
    const result: RestoreResult = await restore(asked, services, place.context());
    const list = `SELECT string_agg(oid::regclass::text, ' ' ORDER BY oid::regclass::text) FROM pg_class
      WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname LIKE 'pg\\_%' OR nspname = 'information_schema')`;
    return { into, result, relations: await postgres.psql(list, into) };
  };
  const rows = ({ tables }: RestoreResult) => tables.map(({ schema, table, rows }) => `${schema}.${table} ${rows}`);

  it('makes a table with its type, sequences, keys, triggers, policies and comments, and what refers elsewhere is told', async () => {
    const { into, result, relations } = await bring({ tables: ['s.c'] });
    expect(rows(result)).toEqual(['s.c 50']);
    expect(relations).toBe('s.c s.c_g_seq s.c_id_seq s.c_m s.c_pkey');
    expect(result.leftOut).toEqual([
      expect.stringMatching(/POLICY s c far.*FK CONSTRAINT s c c_p_fkey|FK CONSTRAINT s c c_far_fkey/),
    ]);
    const facts = `SELECT (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal), (SELECT string_agg(polname, ' ') FROM pg_policy),
      (SELECT col_description('s.c'::regclass, 3)), (SELECT last_value FROM s.c_id_seq), (SELECT count(*) FROM pg_statistic_ext),
      (SELECT count(*) FROM pg_largeobject_metadata), to_regtype('other.small') IS NULL`;
    expect(await postgres.psql(facts, into)).toBe('1|near|how|50|1|0|t');
  });

  it('keeps foreign keys between selected tables', async () => {
    const { into, result } = await bring({ tables: ['s.c', 's.p'] });
    expect(rows(result)).toEqual(['s.c 50', 's.p 2']);
    expect(await postgres.psql("SELECT string_agg(conname, ' ') FROM pg_constraint WHERE contype = 'f'", into)).toBe(
      'c_p_fkey',
    );
  });

  it('takes the partitions of a table along, and names as they are written in SQL', async () => {
    const { result, relations } = await bring({ tables: ['s.part', '"Mixed Case"'] });
    expect(rows(result)).toEqual(['public.Mixed Case 1', 's.part1 1']);
    expect(relations).toBe('"Mixed Case" s.part s.part1 s.part1_i_idx s.part_i_idx');
  });

  it('takes what a schema needs of others, without their rows', async () => {
    const { into, result, relations } = await bring({ schemas: ['s'] });
    expect(rows(result)).toEqual(['s.c 50', 's.p 2', 's.part1 1']);
    expect(relations).toContain('other.far');
    expect(await postgres.psql('SELECT count(*) FROM other.far', into)).toBe('0');
  });

  it('leaves out tables and schemas with what depends on them', async () => {
    const { result, relations } = await bring({ excludeTables: ['other.far'] });
    expect(relations).not.toContain('other.far');
    expect(relations).not.toContain('s.w');
    expect(relations).toContain('s.v');
    expect(result.leftOut.join()).toContain('VIEW s w');
    const without = await bring({ excludeSchemas: ['s'] });
    expect(without.relations).toBe('"Mixed Case" other.far other.far_pkey');
  });

  it('makes definitions alone, or without the rows of a table', async () => {
    const { into, result } = await bring({ schemaOnly: true });
    expect(result.tables).toEqual([]);
    expect(await postgres.psql('SELECT (SELECT count(*) FROM s.c), (SELECT is_called FROM s.c_id_seq)', into)).toBe(
      '0|f',
    );
    const kept = await bring({ excludeTableData: ['s.c'] });
    expect(rows(kept.result)).not.toContain('s.c 50');
    expect(await postgres.psql('SELECT count(*) FROM s.c', kept.into)).toBe('0');
  });

  it('makes the sections that are asked for', async () => {
    const indexes = "SELECT count(*) FROM pg_index WHERE indrelid = 's.c'::regclass";
    const before = await bring({ sections: ['pre-data'] });
    expect(rows(before.result)).toEqual([]);
    expect(before.result.leftOut).toEqual([
      expect.stringMatching(/^left out of the restore: \d+ objects of other sections/),
    ]);
    expect(await postgres.psql(indexes, before.into)).toBe('0');
    expect(
      await postgres.psql('SELECT (SELECT count(*) FROM s.c), (SELECT is_called FROM s.c_id_seq)', before.into),
    ).toBe('0|f');
    const loaded = await bring({ sections: ['pre-data', 'data'] });
    expect(rows(loaded.result)).toContain('s.c 50');
    const facts = `${indexes} UNION ALL SELECT count(*) FROM pg_largeobject_metadata UNION ALL SELECT last_value FROM s.c_id_seq`;
    expect(await postgres.psql(facts, loaded.into)).toBe('0\n1\n50');
    const whole = await bring({ sections: ['pre-data', 'post-data'] });
    expect(rows(whole.result)).toEqual([]);
    expect(await postgres.psql(indexes, whole.into)).toBe('2');
  });

  it.each([
    [{ tables: ['s.C'] }, "did you mean 's.c'"],
    [{ schemas: ['S'] }, "did you mean 's'"],
    [{ excludeTables: ['nope'] }, 'name tables as schema.table'],
  ])('names what the backup does not have: %j', async (selection, hint) => {
    await expect(bring(selection)).rejects.toMatchObject({
      code: 'selection-empty',
      hint: expect.stringContaining(hint),
    });
  });
});
