import { isBackuperError, say } from '@postgres-backuper/base';
import { type RestoreResult, restore, type VerifyRequest, verify } from '@postgres-backuper/core';
import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RestoreRequest } from '../../packages/core/src/restore.ts';
import { DATABASE_COLUMNS, SHARED_COLUMNS } from '../../packages/postgres/src/database/database-columns.ts';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';
import { buildLabelProvider, hasCompiler } from './label-provider.ts';

describe.each(testMajors())('properties of a database on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  beforeAll(async () => {
    postgres = await startPostgres({ major, settings: { allow_in_place_tablespaces: 'on' } });
    place = await createPlace();
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  const bring = async (
    name: string,
    request: Partial<RestoreRequest> = {},
    context = place.context(),
    as: Record<string, string> = {},
  ) => {
    const { env, ...rest } = serverOf(postgres, 'postgres');
    const server = { ...rest, env: { ...env, ...as } };
    const all = { maintenanceDatabases: ['postgres', 'template1'], jobs: 2, owner: true, privileges: true };
    const asked: RestoreRequest = { name, target: { latest: true }, into: `${name} copy`, ...all, ...request };
    const lacks = await restore(asked, { server, repository: place.repository }, context).then(
      () => [],
      (error) => {
        if (!isBackuperError(error, 'restore-incomplete')) throw error;
        return (error.result as RestoreResult).objects.map(({ object, reason }) => `${object}: ${reason}`);
      },
    );
    return [...context.events.flatMap((event) => (event.type === 'warning' ? [event.text] : [])), ...lacks];
  };
  const drilled = async (name: string, drill: VerifyRequest['drill']) => {
    const asked: VerifyRequest = { name, target: { latest: true }, level: 'restore', ...(drill && { drill }) };
    const services = { repository: place.repository, server: serverOf(postgres, 'postgres') };
    const { backups } = await verify(asked, services, place.context());
    return backups.map(({ ok, tables, notTested }) => ({ ok, tables: tables.length, notTested }));
  };
  const given = { where: 'given', maintenanceDatabases: ['postgres'], jobs: 2 } as const;
  const aclOf = (name: string) => postgres.psql(`SELECT datacl FROM pg_database WHERE datname = '${name}'`);

  /** What a server says of a database, but for what means nothing elsewhere. */
  const rowOf = async (name: string) => {
    const row = JSON.parse(await postgres.psql(`SELECT to_jsonb(d) FROM pg_database d WHERE datname = '${name}'`));
    const kept = Object.entries(DATABASE_COLUMNS).filter(([column, fate]) => fate !== 'meaningless' && column in row);
    return Object.fromEntries(kept.map(([column]) => [column, row[column]]));
  };

  it.each(Object.entries(SHARED_COLUMNS))('every column of %s has its fate', async (table, columns) => {
    const names = await postgres.psql(
      `SELECT attname FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attnum > 0 AND NOT attisdropped`,
    );
    expect(names.split('\n').filter((name) => !(name in columns))).toEqual([]);
  });

  it('all come back, whatever they are', async () => {
    await postgres.psql("UPDATE pg_database SET datistemplate = false WHERE datname = 'all copy'"); // of a first try
    await postgres.psql('DROP DATABASE IF EXISTS "all copy"');
    await postgres.createRole('all_owner', 'NOLOGIN');
    const isThere = (await postgres.psql("SELECT 1 FROM pg_tablespace WHERE spcname = 'of_all'")) !== '';
    if (!isThere) await postgres.psql("CREATE TABLESPACE of_all LOCATION ''");
    const locale = major >= 17 ? "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'" : "ENCODING 'EUC_JP'";
    const how = `OWNER all_owner TABLESPACE of_all CONNECTION LIMIT 7 IS_TEMPLATE true`;
    await postgres.createDatabase('all', `TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C' ${locale} ${how}`);
    if (major >= 17) {
      await postgres.psql(
        `CREATE FUNCTION on_login() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
         CREATE EVENT TRIGGER at_login ON login EXECUTE FUNCTION on_login();`,
        'all',
      );
    }
    await postgres.psql(`REVOKE TEMP ON DATABASE "all" FROM PUBLIC; GRANT CREATE ON DATABASE "all" TO pg_monitor;
      COMMENT ON DATABASE "all" IS 'said'; ALTER DATABASE "all" SET work_mem = '5MB';
      ALTER ROLE all_owner IN DATABASE "all" SET work_mem = '6MB'; SET allow_system_table_mods = on;
      INSERT INTO pg_shseclabel SELECT oid, 'pg_database'::regclass, 'absent', 'top secret' FROM pg_database WHERE datname = 'all'`);
    await makeBackup(postgres, { dbname: 'all' }, place);
    expect(await bring('all')).toEqual([expect.stringMatching(/security label of provider absent: .*absent/)]);
    expect(await rowOf('all copy')).toEqual({ ...(await rowOf('all')), datname: 'all copy' });
    const settings = (name: string) =>
      postgres.psql(`SELECT setrole, setconfig FROM pg_db_role_setting JOIN pg_database d ON d.oid = setdatabase
                      WHERE datname = '${name}' ORDER BY 1`);
    expect(await settings('all copy')).toBe(await settings('all'));
    const comment = `SELECT description FROM pg_shdescription JOIN pg_database d ON d.oid = objoid WHERE datname = 'all copy'`;
    expect(await postgres.psql(comment)).toBe('said');
  });

  it.skipIf(!hasCompiler())('a security label comes back where its provider is', async () => {
    await postgres.psql(`ALTER ROLE postgres SET session_preload_libraries = '${await buildLabelProvider(postgres)}'`);
    try {
      await postgres.createDatabase('labelled');
      await postgres.psql("SECURITY LABEL FOR of_test ON DATABASE labelled IS 'top ''secret'''");
      await makeBackup(postgres, { dbname: 'labelled' }, place);
      expect(await bring('labelled')).toEqual([]);
      const labels = `SELECT provider, label FROM pg_shseclabel JOIN pg_database d ON d.oid = objoid WHERE datname = 'labelled copy'`;
      expect(await postgres.psql(labels)).toBe("of_test|top 'secret'");
    } finally {
      await postgres.psql('ALTER ROLE postgres RESET session_preload_libraries');
    }
  });

  it('an empty list of grants stays empty', async () => {
    await postgres.createDatabase('closed');
    await postgres.psql('REVOKE ALL ON DATABASE closed FROM PUBLIC, postgres');
    await makeBackup(postgres, { dbname: 'closed' }, place);
    expect(await bring('closed')).toEqual([]);
    expect(await aclOf('closed copy')).toBe('{}');
  });

  it('grants come back in whatever order they stand, with the roles that gave them', async () => {
    for (const role of ['acl_owner', 'r_a', 'r_b', 'r_c', 'r_d']) await postgres.createRole(role, 'NOLOGIN');
    await postgres.createDatabase('granted', 'OWNER acl_owner');
    await postgres.psql(`GRANT ALL ON DATABASE granted TO r_c WITH GRANT OPTION; SET ROLE r_c;
      GRANT TEMP ON DATABASE granted TO r_b WITH GRANT OPTION; SET ROLE r_b; GRANT TEMP ON DATABASE granted TO r_a;
      RESET ROLE; GRANT CONNECT ON DATABASE granted TO r_d`);
    // as an older server may have left it: each in front of the grant that it stands on
    await postgres.psql(`UPDATE pg_database SET datacl = (SELECT array_agg(a ORDER BY a::text) FROM unnest(datacl) a)
      WHERE datname = 'granted'`);
    expect(await aclOf('granted')).toMatch(/r_a=T\/r_b.*r_b=T\*\/r_c.*r_c=C\*T\*c\*\/acl_owner/);
    await makeBackup(postgres, { dbname: 'granted' }, place);
    expect(await bring('granted')).toEqual([]);
    const sorted = (acl: string) => acl.slice(1, -1).split(',').sort();
    expect(sorted(await aclOf('granted copy'))).toEqual(sorted(await aclOf('granted')));
  });

  it('a grant that cannot be given as it was is told', async () => {
    await postgres.psql('ALTER ROLE r_b SUPERUSER');
    await postgres.psql('DROP DATABASE IF EXISTS "granted copy"');
    expect(await bring('granted')).toEqual([
      expect.stringMatching(/: grants: they differ.*TEMPORARY to 'r_a' by 'r_b' is missing/),
    ]);
  });

  it('another owner gives what the original owner gave', async () => {
    await postgres.psql('ALTER ROLE r_b NOSUPERUSER');
    expect(await bring('granted', { into: 'granted anew', owner: false })).toEqual([]);
    expect(await aclOf('granted anew')).toMatch(/r_c=C\*T\*c\*\/postgres/);
  });

  describe('in a tablespace of its own', () => {
    const places = (name: string) =>
      postgres.psql(
        `SELECT coalesce(t.spcname, d.spcname), string_agg(relname, ' ' ORDER BY relname) FROM pg_class c
           LEFT JOIN pg_tablespace t ON t.oid = reltablespace,
           (SELECT spcname FROM pg_tablespace t JOIN pg_database ON dattablespace = t.oid WHERE datname = current_database()) d
          WHERE relnamespace = 'public'::regnamespace GROUP BY 1 ORDER BY 1`,
        name,
      );
    const PLACES = '"slow|s\nfast|i t\npg_default|u';
    beforeAll(async () => {
      await postgres.psql("CREATE TABLESPACE fast LOCATION ''");
      await postgres.psql(`CREATE TABLESPACE """slow" LOCATION ''`);
      await postgres.createDatabase('placed', 'TEMPLATE template0 TABLESPACE fast');
      await postgres.psql(
        `CREATE TABLE t AS SELECT generate_series(1, 1000) AS i; CREATE TABLE u TABLESPACE pg_default AS SELECT 1 AS i;
         CREATE TABLE s (i int) TABLESPACE """slow"; CREATE INDEX i ON u (i) TABLESPACE fast;
         ALTER DATABASE placed SET default_tablespace = fast`,
        'placed',
      );
      expect(await places('placed')).toBe(PLACES);
      await makeBackup(postgres, { dbname: 'placed' }, place);
    });

    it('lies there again, with everything where it was', async () => {
      expect(await bring('placed')).toEqual([]);
      expect(await places('placed copy')).toBe(PLACES);
      expect(await drilled('placed', given)).toEqual([{ ok: true, tables: 3, notTested: [] }]);
    });

    it('lies in the default one when asked, and says so', async () => {
      const context = place.context();
      await bring('placed', { into: 'moved', tablespaces: false }, context);
      expect(await places('moved')).toBe('pg_default|i s t u');
      expect(await postgres.psql('SHOW default_tablespace', 'moved')).toBe('');
      const text = `left out of the restore: tablespaces '"slow', 'fast', 'pg_default'; everything is in the default one`;
      expect(context.events).toContainEqual({ type: 'notice', text });
    });

    it('is drilled on a server without it, which the result says', async () => {
      expect(await drilled('placed', undefined)).toEqual([{ ok: true, tables: 3, notTested: ['tablespaces'] }]);
      expect(await drilled('placed', { ...given, tablespaces: false })).toMatchObject([{ notTested: ['tablespaces'] }]);
    });

    it('is refused before anything is created where the role may not use it, or it is missing', async () => {
      const isThere = (await postgres.psql("SELECT 1 FROM pg_tablespace WHERE spcname = 'fast'")) !== '';
      if (!isThere) await postgres.psql("CREATE TABLESPACE fast LOCATION ''"); // a first try dropped it
      await postgres.createRole('maker', "LOGIN CREATEDB PASSWORD 'of maker'");
      const as = { PGUSER: 'maker', PGPASSWORD: 'of maker' };
      const options = { into: 'refused', owner: false, privileges: false };
      await expect(bring('placed', options, place.context(), as)).rejects.toMatchObject({
        ...{ code: 'tablespace-missing', exitStatus: 2 },
        hint: expect.stringContaining(say.option('noTablespaces')),
      });
      for (const name of ['placed', 'placed copy']) await postgres.psql(`DROP DATABASE IF EXISTS "${name}"`);
      await postgres.psql('DROP TABLESPACE IF EXISTS fast');
      await expect(bring('placed', options)).rejects.toMatchObject({
        message: "the server lacks the tablespaces of the backup: 'fast'",
      });
      expect(await postgres.psql("SELECT count(*) FROM pg_database WHERE datname = 'refused'")).toBe('0');
    });
  });
});
