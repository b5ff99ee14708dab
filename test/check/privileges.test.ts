import { join } from 'node:path';
import { checkError } from '@postgres-backuper/core';
import { type Session, withSession } from '@postgres-backuper/postgres';
import { type Postgres, run, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFindings } from '../../packages/core/src/check/items.ts';
import { checkLargeValues } from '../../packages/core/src/check/large-values.ts';
import { context, item, look, problems } from './harness.ts';

const SCHEMA = `
CREATE SCHEMA hidden;
CREATE TABLE readable (id int); CREATE TABLE "Secret ""Table" (id int); CREATE TABLE hidden.inside (id int);
CREATE SEQUENCE counter; CREATE SEQUENCE open_counter;
CREATE TABLE guarded (id int); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE TABLE forced (id int); ALTER TABLE forced ENABLE ROW LEVEL SECURITY; ALTER TABLE forced FORCE ROW LEVEL SECURITY;
SELECT lo_create(1001), lo_create(1002), lo_create(1003);
CREATE ROLE reader LOGIN PASSWORD 'reader';
CREATE ROLE group_of_reader; GRANT group_of_reader TO reader;
GRANT SELECT ON readable, guarded, hidden.inside TO reader; GRANT SELECT ON SEQUENCE open_counter TO reader;
ALTER TABLE forced OWNER TO reader;
GRANT SELECT ON LARGE OBJECT 1002 TO group_of_reader; GRANT SELECT ON LARGE OBJECT 1003 TO PUBLIC;
GRANT UPDATE ON LARGE OBJECT 1001 TO reader;`;

describe.each(testMajors())('privileges on PostgreSQL %i', (major) => {
  let server: Postgres;
  const place = () => ({ env: { ...server.env, PGUSER: 'reader', PGPASSWORD: 'reader' }, binDirs: [server.binDir] });
  beforeAll(async () => {
    server = await startPostgres({ major });
    await server.psql(SCHEMA);
  });
  afterAll(() => server.stop());

  test('every table and sequence that a dump would read is named, with the GRANT that helps', async () => {
    const result = await look(place());
    expect(item(result, 'privileges')).toMatchObject({ state: 'problem', code: 'privilege-missing' });
    expect(item(result, 'privileges')?.text).toContain(`'hidden.inside', 'public.Secret "Table', 'public.counter'`);
    expect(item(result, 'privileges')?.hint).toContain('GRANT USAGE ON SCHEMA "hidden" TO "reader"');
    expect(item(result, 'privileges')?.hint).toContain('GRANT SELECT ON TABLE "public"."Secret ""Table" TO "reader"');
    expect(item(result, 'privileges')?.hint).toContain('GRANT SELECT ON SEQUENCE "public"."counter" TO "reader"');
    expect(item(result, 'large objects')?.text).toMatch(/large objects 1001$/);
    expect(item(result, 'row security')?.text).toContain(`'public.forced', 'public.guarded'`);
    expect(checkError(result)).toMatchObject({ code: 'privilege-missing', exitStatus: 2 });
  });

  test('what the hints say makes it green', async () => {
    const before = await look(place());
    for (const { hint = '' } of problems(before))
      await server.psql(hint.replace(/^run as [\w ]+: /, '').split(', or ')[0] ?? '');
    const after = await look(place());
    expect(problems(after)).toEqual([]);
    expect(checkError(after)).toBeUndefined();
  });

  test('of many only the first are named', async () => {
    await server.createDatabase('many');
    const tables = Array.from({ length: 50 }, (_, index) => `CREATE TABLE t${index} (); SELECT lo_create(0);`);
    await server.psql(tables.join(''), 'many');
    const { env, binDirs } = place();
    const result = await look({ env: { ...env, PGDATABASE: 'many' }, binDirs });
    expect(item(result, 'privileges')?.text).toMatch(/'public\.t0', 'public\.t1', 'public\.t10' and 47 more$/);
    expect(item(result, 'privileges')?.hint).toContain('GRANT pg_read_all_data TO "reader"');
    expect(item(result, 'large objects')?.text).toMatch(/and 47 more$/);
  });

  test('of an extension only configuration tables count', async () => {
    await server.createDatabase('extended');
    await server.psql('CREATE EXTENSION backuper_trap; GRANT USAGE ON SCHEMA backuper_trap TO reader', 'extended');
    await server.psql(
      'CREATE TABLE backuper_trap.plain (); ALTER EXTENSION backuper_trap ADD TABLE backuper_trap.plain',
      'extended',
    );
    const { env, binDirs } = place();
    const result = await look({ env: { ...env, PGDATABASE: 'extended' }, binDirs });
    expect(item(result, 'privileges')?.text).toMatch(/'backuper_trap\.a_child', 'backuper_trap\.z_parent'$/);
    await server.psql('GRANT SELECT ON backuper_trap.a_child, backuper_trap.z_parent TO reader', 'extended');
    await run(join(server.binDir, 'pg_dump'), ['--no-password'], { env: { ...env, PGDATABASE: 'extended' } });
  });

  test('for a part of the database they are warnings', async () => {
    await server.createDatabase('part');
    await server.psql('CREATE TABLE t ()', 'part');
    const { env, binDirs } = place();
    for (const selection of [{ schemas: ['other'] }, { excludeTableData: ['t'] }]) {
      const result = await look({ env: { ...env, PGDATABASE: 'part' }, binDirs }, { selection });
      expect(item(result, 'privileges')).toMatchObject({ state: 'warning' });
      expect(result.problems).toBe(0);
    }
  });

  test('large objects that are left out need not be readable', async () => {
    await server.createDatabase('large');
    await server.psql('SELECT lo_create(0)', 'large');
    const { env, binDirs } = place();
    const there = { env: { ...env, PGDATABASE: 'large' }, binDirs };
    expect((await look(there)).problems).toBe(1);
    expect((await look(there, { largeObjects: false })).problems).toBe(0);
  });

  describe('values whose text may be too large', () => {
    const nearBytes = 2 * 1024 ** 2;
    const looking = async (env: Record<string, string> = {}, facts = { estimatedBytes: nearBytes }) => {
      const there = { env: { ...server.env, PGDATABASE: 'values', ...env }, binDirs: [server.binDir] };
      const client = { server: there, programs: { psql: join(server.binDir, 'psql') } };
      const findings = createFindings();
      const check = (session: Session) =>
        checkLargeValues({ session, facts, isPartial: false, nearBytes }, findings, context);
      await withSession(client, context, check);
      return findings.items.map(({ state, text }) => [state, text]);
    };
    const text = (sizeBytes: number) => `repeat('0123456789', ${sizeBytes / 10})`;

    test('are found where they are stored as they are, among as many small ones as there may be', async () => {
      await server.createDatabase('values');
      await server.psql(
        `CREATE TABLE many (a text, "B" bytea); CREATE TABLE packed (a text); CREATE TABLE few (a text); ALTER TABLE few ALTER a SET STORAGE EXTERNAL;
         ALTER TABLE many ALTER a SET STORAGE EXTERNAL, ALTER "B" SET STORAGE EXTERNAL;
         INSERT INTO many SELECT ${text(4000)} FROM generate_series(1, 1000);
         INSERT INTO few SELECT a FROM many; INSERT INTO packed VALUES (${text(8e6)});`,
        'values',
      );
      expect(await looking()).toEqual([['ok', "none of 2 MiB, as stored, in 'public.few', 'public.many'"]]);
      await server.psql(`INSERT INTO many (a) VALUES (${text(3e6)})`, 'values');
      await server.psql(`INSERT INTO many SELECT ${text(4000)} FROM generate_series(1, 1000)`, 'values');
      const found = expect.stringContaining("'public.many' holds a value of 3 MiB in 'a' (text) or 'B' (bytea)");
      expect(await looking()).toEqual([['warning', found]]);
      await server.psql(`DELETE FROM many WHERE length(a) > 4000`, 'values');
      expect(await looking()).toMatchObject([['ok', expect.anything()]]);
    });

    test('are not looked for in a database that is smaller, and not called absent where the role may not look', async () => {
      expect(await looking({}, { estimatedBytes: nearBytes - 1 })).toEqual([]);
      const reader = { PGUSER: 'reader', PGPASSWORD: 'reader' };
      expect(await looking(reader)).toEqual([
        ['warning', expect.stringMatching(/not checked.*'public.few', 'public.many'/)],
      ]);
      await server.psql('GRANT pg_read_all_data TO reader');
      expect(await looking(reader)).toMatchObject([['ok', expect.anything()]]);
      await server.psql('REVOKE pg_read_all_data FROM reader');
    });
  });

  test('a superuser passes with a database without any table', async () => {
    await server.createDatabase('empty');
    const result = await look({ env: { ...server.env, PGDATABASE: 'empty' }, binDirs: [server.binDir] });
    expect(result).toMatchObject({
      problems: 0,
      facts: { tables: 0, serverMajor: major, encoding: 'UTF8', isSuperuser: true },
    });
  });
});
