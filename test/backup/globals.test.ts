import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '@postgres-backuper/base';
import { exportBackup } from '@postgres-backuper/core';
import { dumpGlobals, openCluster } from '@postgres-backuper/postgres';
import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clientOf, factsOfRoles } from '../cluster.ts';
import { createPlace, makeBackup, serverOf } from '../restore/harness.ts';
import { testContext } from '../test-context.ts';

/** Everything that could change, stop or empty what pg_dumpall writes. */
const SETTINGS = `
ALTER WHOM SET DateStyle = 'SQL, DMY'; ALTER WHOM SET IntervalStyle = sql_standard; ALTER WHOM SET TimeZone = 'Asia/Kathmandu';
ALTER WHOM SET bytea_output = escape; ALTER WHOM SET extra_float_digits = -15; ALTER WHOM SET standard_conforming_strings = off;
ALTER WHOM SET escape_string_warning = off; ALTER WHOM SET quote_all_identifiers = on; ALTER WHOM SET array_nulls = off;
ALTER WHOM SET search_path = 'nowhere', 'pg_catalog'; ALTER WHOM SET default_transaction_read_only = on;
ALTER WHOM SET default_transaction_deferrable = on; ALTER WHOM SET default_transaction_isolation = 'serializable';
ALTER WHOM SET statement_timeout = '150ms'; ALTER WHOM SET lock_timeout = '150ms'; ALTER WHOM SET row_security = off;
ALTER WHOM SET idle_session_timeout = '150ms'; ALTER WHOM SET idle_in_transaction_session_timeout = '150ms';
ALTER WHOM SET client_encoding = 'LATIN1'; ALTER WHOM SET client_min_messages = error; ALTER WHOM SET role = 'pg_monitor';
DO $$ BEGIN IF current_setting('server_version_num')::int >= 170000 THEN ALTER WHOM SET transaction_timeout = '150ms'; END IF; END $$;`;

describe.each(testMajors())('globals.sql of PostgreSQL %i', (major) => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres({ major });
  });
  afterAll(() => postgres?.stop());
  afterEach(async () => {
    await dropRoles();
    await postgres.psql('DROP DATABASE IF EXISTS app', 'template1');
    await recreate('UTF8');
  });

  /** The maintenance database anew, in an encoding of its own. */
  const recreate = async (encoding: string) => {
    await postgres.psql('DROP DATABASE IF EXISTS postgres', 'template1');
    const how = `TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`;
    await postgres.psql(`CREATE DATABASE postgres ${how}`, 'template1');
  };
  /** On the server alone: their names may be in any encoding. */
  const dropRoles = () =>
    postgres.psql(
      `DO $$ DECLARE one name; BEGIN
        FOR one IN SELECT rolname FROM pg_roles WHERE oid >= 16384 LOOP EXECUTE format('DROP ROLE %I', one); END LOOP;
      END $$`,
      'template1',
    );
  const dump = async (dbname: string, { env = {} }: { env?: Record<string, string> } = {}) => {
    const server = serverOf(postgres, dbname);
    const client = await clientOf({ ...server, env: { ...server.env, ...env } });
    const cluster = await openCluster(client, ['postgres', 'template1'], testContext());
    try {
      return await dumpGlobals(cluster, { passwords: true, role: undefined, keepsBytes: false }, testContext());
    } finally {
      await cluster.session.close();
    }
  };
  const statements = (sql: Buffer | undefined) =>
    (sql?.toString() ?? '').split('\n').filter((line) => !/^(--.*)?$|restrict /.test(line));
  /** As a user does, in a session without odd settings. */
  const load = async (sql: Buffer | undefined) => {
    const input = Buffer.from((sql ?? '').toString('latin1').replace(/^CREATE ROLE postgres;$/m, ''), 'latin1');
    const args = ['--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1'];
    await runProgram({ file: `${postgres.binDir}/psql`, args, env: postgres.env, input }, testContext());
  };
  const make = (names: readonly string[]) =>
    postgres.psql(`SET client_encoding = 'UTF8'; SET password_encryption = 'scram-sha-256';
      ${names.map((name) => `CREATE ROLE "${name}" LOGIN PASSWORD 'of ${name.length}' VALID UNTIL '2030-03-04 05:06:07.890123+02';`).join('\n')}
      CREATE ROLE other NOINHERIT CREATEDB CONNECTION LIMIT 3 VALID UNTIL 'infinity';
      GRANT other TO "${names[0]}" WITH ADMIN OPTION;
      COMMENT ON ROLE "${names[0]}" IS 'it''s "${names[0]}" \\ 100 %';
      ALTER ROLE "${names[0]}" SET search_path = 'Odd "Name"', public; ALTER ROLE "${names[0]}" SET "my.setting" = '${names[0]} \\ ''x''';`);

  it.each([
    ['UTF8', 'UTF8', ['rené', 'ролі-ü', 'ロール', 'back\\slash']],
    ['UTF8', 'LATIN1', ['rené', 'ролі-ü']],
    ['UTF8', 'EUC_JP', ['rené', 'ロール']],
    ['LATIN1', 'LATIN1', ['rené', 'ÿ']],
    ['EUC_JP', 'EUC_JP', ['ロール', 'plain']],
    ['SQL_ASCII', 'UTF8', ['rené', 'ロール']],
  ])('of a %s cluster and a %s database brings the same roles back', async (encoding, own, names) => {
    await recreate(encoding);
    await postgres.createDatabase('app', `TEMPLATE template0 ENCODING '${own}' LC_COLLATE 'C' LC_CTYPE 'C'`);
    await make(names);
    const before = await factsOfRoles(postgres);
    const { sql, problem } = await dump('app');
    expect(problem).toBeUndefined();
    await dropRoles();
    await load(sql);
    expect(await factsOfRoles(postgres)).toEqual(before);
    for (const name of names) expect(JSON.stringify(before)).toContain(JSON.stringify(name).slice(1, -1));
  });

  it('of a LATIN1 cluster brings the same names to one in UTF8', async () => {
    await recreate('LATIN1');
    await make(['rené']);
    const before = await factsOfRoles(postgres);
    const { sql } = await dump('postgres');
    await dropRoles();
    await recreate('UTF8');
    await load(sql);
    expect(await factsOfRoles(postgres)).toEqual(before);
  });

  it('of a SQL_ASCII cluster keeps bytes that are no UTF-8', async () => {
    await recreate('SQL_ASCII');
    await postgres.psql(
      String.raw`DO $$ BEGIN EXECUTE format('CREATE ROLE %I', convert_from('\x72656ee9', 'SQL_ASCII')); END $$`,
    );
    const { sql, problem } = await dump('postgres');
    expect(problem).toBeUndefined();
    await dropRoles();
    await load(sql);
    const hex = "SELECT encode(convert_to(rolname, 'SQL_ASCII'), 'hex') FROM pg_roles WHERE rolname ~ '^ren'";
    expect(await postgres.psql(hex)).toBe('72656ee9');
  });

  it('is in the encoding of the database where the cluster has a name that is no text elsewhere', async () => {
    await postgres.createDatabase('app', "TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
    await postgres.psql(`SET client_encoding = 'UTF8'; CREATE ROLE "rené"`, 'app');
    const place = await createPlace();
    try {
      const label = await makeBackup(postgres, { dbname: 'app' }, place);
      const directory = join(place.directory, 'exported');
      const asked = { name: 'app', target: { label }, directory };
      const { globals } = await exportBackup(asked, { repository: place.repository }, place.context());
      expect((await readFile(globals ?? '')).includes(Buffer.from('72656ee9', 'hex'))).toBe(true);
    } finally {
      await place.remove();
    }
  });

  it.each([
    ['the database that is backed up', 'DATABASE app', {}],
    ['the maintenance database', 'DATABASE postgres', {}],
    ['the role', 'ROLE maker', {}],
    ['the role in the maintenance database', 'ROLE maker IN DATABASE postgres', {}],
    [
      'the environment',
      '',
      { PGDATESTYLE: 'SQL, DMY', PGCLIENTENCODING: 'LATIN1', PGTZ: 'Asia/Tokyo', PGOPTIONS: '-c datestyle=German' },
    ],
  ])('is the same whatever settings %s has', async (_, whom, env) => {
    await postgres.createDatabase('app');
    await make(['rené', 'ролі']);
    await postgres.psql("CREATE ROLE maker SUPERUSER LOGIN PASSWORD 'of maker'");
    const as = { PGUSER: 'maker', PGPASSWORD: 'of maker' };
    const before = await dump('app', { env: as });
    if (whom !== '') await postgres.psql(SETTINGS.replaceAll('WHOM', whom));
    try {
      const after = await dump('app', { env: { ...as, ...env } });
      expect(after.problem).toBeUndefined();
      expect(statements(after.sql).filter((line) => !/^ALTER ROLE maker (SET|IN DATABASE)/.test(line))).toEqual(
        statements(before.sql),
      );
    } finally {
      await postgres.psql('DROP DATABASE app', 'template1');
      await recreate('UTF8');
    }
  });

  it('is read in the database itself when no other may be used', async () => {
    await postgres.createDatabase('app');
    await make(['rené']);
    await postgres.psql("ALTER DATABASE app SET DateStyle = 'SQL, DMY'");
    const cluster = await openCluster(await clientOf(serverOf(postgres, 'app')), ['absent'], testContext());
    const { sql } = await dumpGlobals(cluster, { passwords: true, role: undefined, keepsBytes: false }, testContext());
    await cluster.session.close();
    expect(sql?.toString()).toContain("VALID UNTIL '2030-03-04 03:06:07.890123+00'");
  });

  it('says what pg_dumpall said, not what it asked', async () => {
    await postgres.psql("CREATE ROLE plain LOGIN PASSWORD 'of plain'");
    const { sql, problem } = await dump('postgres', { env: { PGUSER: 'plain', PGPASSWORD: 'of plain' } });
    expect(sql).toBeUndefined();
    expect(problem).toMatch(/permission denied for (table|view)? ?pg_authid/);
  });
});
