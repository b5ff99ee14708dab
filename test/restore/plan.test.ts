import { statfs } from 'node:fs/promises';
import { say } from '@postgres-backuper/base';
import { type Finding, planRestore, restore } from '@postgres-backuper/core';
import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

describe.each(testMajors())('what a restore would find on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  beforeAll(async () => {
    postgres = await startPostgres({ major, settings: { allow_in_place_tablespaces: 'on' } });
    place = await createPlace();
    await postgres.createRole('app_owner', "LOGIN CREATEDB PASSWORD 'of app'");
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  const as = (user?: string) => {
    const { env, ...rest } = serverOf(postgres, 'postgres');
    return user === undefined ? { env, ...rest } : { env: { ...env, PGUSER: user, PGPASSWORD: 'of app' }, ...rest };
  };
  const asked = (name: string) => ({
    ...({ name, target: { latest: true }, into: `${name} copy`, maintenanceDatabases: ['postgres'], jobs: 2 } as const),
    ...{ owner: false, privileges: false, policies: true, tablespaces: true },
  });
  const everything = () =>
    postgres.psql(
      `SELECT 'database', datname::text FROM pg_database UNION ALL SELECT 'role', rolname FROM pg_roles
        UNION ALL SELECT 'collation', collname FROM pg_collation WHERE oid >= 16384 ORDER BY 1, 2`,
    );
  const plan = async (name: string, request: object = {}, user?: string) => {
    const before = await everything();
    const services = { server: as(user), repository: place.repository };
    const { findings } = await planRestore({ ...asked(name), ...request }, services, place.context());
    expect(await everything()).toBe(before);
    return findings.filter(({ kind }) => kind !== 'size' && kind !== 'space');
  };
  const told = (findings: readonly Finding[]) => findings.map(({ severity, kind }) => `${severity} ${kind}`);

  it('says the room of a server on this machine to who may know where its files are', async () => {
    await postgres.createDatabase('of room', 'TEMPLATE template0');
    await postgres.psql('CREATE TABLE t AS SELECT generate_series(1, 1000) AS i', 'of room');
    await makeBackup(postgres, { dbname: 'of room' }, place);
    const room = async (user?: string) => {
      const services = { server: as(user), repository: place.repository };
      const { findings } = await planRestore(asked('of room'), services, place.context());
      return findings.filter(({ kind }) => kind === 'space');
    };
    const { bavail, bsize } = await statfs(postgres.dataDir);
    const [found] = await room();
    expect(found).toMatchObject({
      severity: 'note',
      what: expect.stringMatching(/are free on the file system of the/),
    });
    const [, number = '0', unit = ''] = /^([\d.]+) (\w+)/.exec(found?.what ?? '') ?? [];
    const free = Number(number) * 1024 ** ['B', 'KiB', 'MiB', 'GiB', 'TiB'].indexOf(unit);
    expect(Math.abs(free - bavail * bsize)).toBeLessThan(0.1 * bavail * bsize);
    expect(await room('app_owner')).toEqual([]);
  });

  it('names a setting that the role may not give, and the restore leaves it out', async () => {
    await postgres.createDatabase('of setting', 'TEMPLATE template0');
    await postgres.psql(
      `CREATE TABLE t AS SELECT generate_series(1, 1000) AS i; CREATE SCHEMA IF NOT EXISTS app;
       ALTER DATABASE "of setting" SET log_min_duration_statement = '1s'; ALTER DATABASE "of setting" SET work_mem = '5MB';
       ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO app_owner;`,
      'of setting',
    );
    await makeBackup(postgres, { dbname: 'of setting' }, place);
    expect(await plan('of setting', { owner: true, privileges: true })).toEqual([]);
    const found = await plan('of setting', {}, 'app_owner');
    expect(told(found)).toEqual(['missing setting']);
    expect(found[0]).toMatchObject({ names: ['log_min_duration_statement'] });
    expect(told(await plan('of setting', { owner: true, privileges: true }, 'app_owner'))).toEqual([
      ...['blocks owner', 'missing setting', 'missing grant'],
    ]);

    const context = place.context();
    const services = { server: as('app_owner'), repository: place.repository };
    await expect(restore(asked('of setting'), services, context)).rejects.toMatchObject({
      ...{ code: 'restore-incomplete', exitStatus: 4 },
      result: { objects: [{ object: expect.stringContaining('log_min_duration_statement') }] },
    });
    const settings = `SELECT setconfig FROM pg_db_role_setting s JOIN pg_database d ON d.oid = setdatabase
                       WHERE datname = 'of setting copy'`;
    expect(await postgres.psql(settings)).toBe('{work_mem=5MB}');
    expect(await postgres.psql('SELECT count(*) FROM t', 'of setting copy')).toBe('1000');
    const warnings = context.events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));
    expect(warnings.filter((text) => text.includes('log_min_duration_statement'))).toHaveLength(1);
  });

  it('names the roles of policies and user mappings, all at once with what else blocks', async () => {
    for (const role of ['plan_anon', 'plan_user']) await postgres.createRole(role, 'NOLOGIN');
    await postgres.psql("CREATE TABLESPACE plan_fast LOCATION ''");
    await postgres.createDatabase('of roles', 'TEMPLATE template0 TABLESPACE plan_fast');
    await postgres.psql(
      `CREATE TABLE notes (id int PRIMARY KEY, owner text); ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
       CREATE POLICY mine ON notes TO plan_user USING (owner = current_user); GRANT SELECT ON notes TO plan_anon;
       CREATE FOREIGN DATA WRAPPER fdw; CREATE SERVER other FOREIGN DATA WRAPPER fdw;
       CREATE USER MAPPING FOR plan_user SERVER other;
       CREATE FUNCTION nothing() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
       CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION nothing(); CREATE PUBLICATION p FOR ALL TABLES;`,
      'of roles',
    );
    await makeBackup(postgres, { dbname: 'of roles' }, place);
    expect(told(await plan('of roles', {}, 'app_owner'))).toEqual([
      ...['blocks tablespace', 'missing object', 'missing object', 'missing object'],
    ]);
    await postgres.psql('DROP DATABASE "of roles"');
    await postgres.psql('DROP ROLE plan_anon, plan_user; ');
    await postgres.psql('DROP TABLESPACE plan_fast');
    const found = await plan('of roles');
    expect(told(found)).toEqual(['blocks role', 'blocks tablespace']);
    expect(found).toMatchObject([
      { code: 'role-missing', names: ['plan_user'] },
      {
        code: 'tablespace-missing',
        names: ['plan_fast'],
        solution: expect.stringContaining(say.option('noTablespaces')),
      },
    ]);
    expect((await plan('of roles', { privileges: true }))[0]).toMatchObject({ names: ['plan_anon', 'plan_user'] });
    const services = { server: as(), repository: place.repository };
    await expect(restore(asked('of roles'), services, place.context())).rejects.toMatchObject({
      code: 'role-missing',
      message: expect.stringMatching(/plan_user.*plan_fast/),
    });
    const without = { policies: false, tablespaces: false };
    expect(told(await plan('of roles', without))).toEqual([]);
    const { leftOut } = await restore({ ...asked('of roles'), ...without }, services, place.context());
    expect(leftOut).toEqual([
      expect.stringMatching(/policies and user mappings .*mine/),
      expect.stringMatching(/tablespaces 'plan_fast'; everything is in the default one/),
    ]);
  });

  it('names what the server refuses to an ordinary role', async () => {
    await postgres.createDatabase('refusing', 'TEMPLATE template0 OWNER app_owner');
    await postgres.psql('CREATE FUNCTION quiet() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN END$$', 'refusing');
    const refused = async (statement: string) => {
      const said = postgres.psql(`SET SESSION AUTHORIZATION app_owner; ${statement}`, 'refusing');
      await expect(said, statement).rejects.toThrow(/superuser|permission denied|must be owner/);
    };
    await refused("ALTER DATABASE refusing SET my.own = '1'");
    await refused("ALTER DATABASE refusing SET session_preload_libraries = 'x'");
    await refused('CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION quiet()');
    await refused('CREATE PUBLICATION p FOR ALL TABLES');
    await refused("CREATE FUNCTION f() RETURNS int LANGUAGE sql LEAKPROOF AS 'SELECT 1'");
    await refused("CREATE FUNCTION f() RETURNS int LANGUAGE internal AS 'int4in'");
    await refused('CREATE FOREIGN DATA WRAPPER f');
    await refused('CREATE OPERATOR FAMILY f USING btree');
    await refused('CREATE TYPE t');
    await refused('CREATE ACCESS METHOD h TYPE TABLE HANDLER heap_tableam_handler');
    await refused('CREATE TEXT SEARCH TEMPLATE t (LEXIZE = dsimple_lexize)');
    await refused("COMMENT ON EXTENSION plpgsql IS 'x'");
    if (major < 15) await refused("COMMENT ON SCHEMA public IS 'x'");
    await refused('GRANT EXECUTE ON FUNCTION pg_reload_conf() TO app_owner');
    await refused('ALTER ROLE postgres IN DATABASE refusing SET work_mem = 64');
  });

  it('is shown by the command line, with the status of a restore', async () => {
    await postgres.createDatabase('shown', "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
    await makeBackup(postgres, { dbname: 'shown' }, place);
    const { env } = as();
    const words = [
      'restore',
      'latest',
      '--plan',
      '--name',
      'shown',
      '--encryption',
      'none',
      '--pg-bin-dir',
      postgres.binDir,
    ];
    const repository = ['--repository', `${place.directory}/repository`];
    const taken = await runCli([...words, ...repository, '--json'], env);
    expect(taken.status).toBe(2);
    expect(JSON.parse(taken.stdout)).toMatchObject({
      command: 'restore',
      result: { into: 'shown', findings: [{ kind: 'database', severity: 'blocks', code: 'database-exists' }, {}, {}] },
    });
    const free = await runCli([...words, ...repository, '--into', 'free'], env);
    expect(free).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/can be restored as 'free'.*nothing was changed/),
    });
  });
});
