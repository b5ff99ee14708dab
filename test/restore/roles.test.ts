import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { say } from '@postgres-backuper/base';
import { restore, verify } from '@postgres-backuper/core';
import { type Postgres, run, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exportBackup } from '../../packages/core/src/export.ts';
import { openBackup } from '../../packages/core/src/restore/opened-backup.ts';
import type { RestoreRequest } from '../../packages/core/src/restore.ts';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

describe.each(testMajors())('roles that a database of PostgreSQL %i names', (major) => {
  let postgres: Postgres;
  let place: Place;
  beforeAll(async () => {
    postgres = await startPostgres({ major });
    place = await createPlace();
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  const bring = (name: string, request: Partial<RestoreRequest> = {}) => {
    const all = { maintenanceDatabases: ['postgres'], jobs: 2, owner: true, privileges: true };
    const asked: RestoreRequest = { name, target: { latest: true }, into: `${name} copy`, ...all, ...request };
    return restore(asked, { server: serverOf(postgres, 'postgres'), repository: place.repository }, place.context());
  };
  const given = { where: 'given', maintenanceDatabases: ['postgres'], jobs: 2 } as const;
  const drill = async (name: string, where?: typeof given) => {
    const how = where === undefined ? {} : { drill: where };
    const services = { repository: place.repository, server: serverOf(postgres, 'postgres') };
    return (await verify({ name, target: { latest: true }, level: 'restore', ...how }, services, place.context()))
      .backups;
  };
  const databases = () => postgres.psql("SELECT datname FROM pg_database WHERE datname LIKE '% copy'");

  it('are named before anything is created, whichever options are given', async () => {
    for (const role of ['anon', 'authenticated', 'mapped', 'definer']) await postgres.createRole(role, 'NOLOGIN');
    await postgres.createDatabase('notes', 'TEMPLATE template0');
    await postgres.psql(
      `CREATE TABLE notes (id int PRIMARY KEY, owner text); ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
       CREATE POLICY mine ON notes TO authenticated USING (owner = current_user); GRANT SELECT ON notes TO anon;
       CREATE POLICY other ON notes TO postgres USING (true); COMMENT ON POLICY mine ON notes IS 'of mine';
       ALTER DEFAULT PRIVILEGES FOR ROLE definer GRANT SELECT ON TABLES TO anon;
       CREATE FOREIGN DATA WRAPPER fdw; CREATE SERVER other FOREIGN DATA WRAPPER fdw;
       CREATE USER MAPPING FOR mapped SERVER other; CREATE USER MAPPING FOR PUBLIC SERVER other;`,
      'notes',
    );
    await makeBackup(postgres, { dbname: 'notes' }, place);
    expect(await drill('notes')).toMatchObject([{ ok: true, notTested: [] }]);
    await postgres.psql('DROP DATABASE notes');
    const roles = (await postgres.psql('SELECT rolname FROM pg_roles')).split('\n');
    const drilled = () => drill('notes', given);
    await postgres.psql('DROP ROLE anon, definer');
    expect(await drilled()).toMatchObject([{ ok: true, notTested: ['owners and grants'] }]);
    await postgres.psql('DROP ROLE authenticated, mapped');
    const all = ['owners and grants', 'policies and user mappings'];
    expect(await drilled()).toMatchObject([{ ok: true, notTested: all }]);
    await postgres.psql('CREATE ROLE anon; CREATE ROLE definer');
    expect(await drilled()).toMatchObject([{ ok: true, notTested: ['policies and user mappings'] }]);
    await postgres.psql('DROP ROLE anon, definer');
    const gone = ['anon', 'authenticated', 'definer', 'mapped'];
    expect((await postgres.psql('SELECT rolname FROM pg_roles')).split('\n').concat(gone).sort()).toEqual(roles.sort());

    const named = (names: string) => ({
      code: 'role-missing',
      message: expect.stringMatching(new RegExp(`: ${names}$`)),
    });
    const fixed = "'authenticated' \\(in a policy\\), 'mapped' \\(in a user mapping\\)";
    await expect(bring('notes', { owner: false, privileges: false })).rejects.toMatchObject({
      ...named(fixed),
      hint: expect.not.stringContaining(say.option('noOwner')),
    });
    await expect(bring('notes', { owner: false })).rejects.toMatchObject(
      named("'anon', 'authenticated' \\(in a policy\\), 'definer', 'mapped' \\(in a user mapping\\)"),
    );
    await expect(bring('notes', { privileges: false })).rejects.toMatchObject(named(fixed));
    expect(await databases()).toBe('');

    await postgres.psql('CREATE ROLE authenticated; CREATE ROLE mapped');
    await bring('notes', { owner: false, privileges: false });
    const policies = 'SELECT polname, polroles::regrole[] FROM pg_policy ORDER BY 1';
    expect(await postgres.psql(policies, 'notes copy')).toBe('mine|{authenticated}\nother|{postgres}');
  });

  describe('beyond ASCII, made in a database of another encoding,', () => {
    // another encoding could not read them
    afterEach(async () => {
      const left = await postgres.psql("SELECT datname FROM pg_database WHERE datname LIKE 'names %'");
      for (const name of left.split('\n')) if (name !== '') await postgres.psql(`DROP DATABASE "${name}" WITH (FORCE)`);
      await postgres.psql(
        `DO $$ DECLARE one name; BEGIN
           FOR one IN SELECT rolname FROM pg_roles WHERE encode(namesend(rolname), 'hex') ~ '^(..)*[89a-f]'
           LOOP EXECUTE format('DROP ROLE %I', one); END LOOP; END $$`,
        'template1',
      );
    });

    it.each([
      ['LATIN1', 'rené', '72656ee9'],
      ['EUC_JP', '田中', 'c5c4c3e6'],
    ])('come back to a database in %s', async (encoding, word, hex) => {
      const [name, loader] = [`names ${encoding}`, `loader ${encoding}`];
      const how = `TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`;
      const made = `SET client_encoding = 'UTF8';`;
      const key = randomBytes(3).toString('hex');
      const [owner, guest] = [`"${word} ${key}"`, `"${word} guest ${key}"`];
      await postgres.createDatabase(name, how);
      await postgres.createDatabase(loader, how);
      await postgres.psql(
        `${made} CREATE ROLE ${owner}; CREATE ROLE ${guest}; CREATE TABLE t AS SELECT 1 AS i; ALTER TABLE t OWNER TO ${owner};
       GRANT SELECT ON t TO ${guest}; ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t TO ${guest} USING (true);
       ALTER DATABASE "${name}" OWNER TO ${owner}; GRANT CONNECT ON DATABASE "${name}" TO ${guest};
       ALTER ROLE ${guest} IN DATABASE "${name}" SET work_mem = '5MB'; COMMENT ON DATABASE "${name}" IS 'of names';`,
        name,
      );
      const bytes = (role: string) => `encode(namesend(pg_get_userbyid(${role})), 'hex')`;
      const owners = async (dbname: string) =>
        (
          await postgres.psql(
            `SET client_encoding = 'SQL_ASCII';
           SELECT ${bytes('relowner')}, ${bytes('datdba')}, (SELECT ${bytes('grantee')} FROM aclexplode(relacl) WHERE grantee <> relowner),
                  (SELECT ${bytes('grantee')} FROM aclexplode(datacl) WHERE grantee NOT IN (0, datdba)),
                  (SELECT ${bytes('polroles[1]')} FROM pg_policy), shobj_description(d.oid, 'pg_database'),
                  (SELECT ${bytes('setrole')} || setconfig[1] FROM pg_db_role_setting WHERE setdatabase = d.oid)
             FROM pg_class, pg_database d WHERE relname = 't' AND datname = current_database()`,
            dbname,
          )
        ).replaceAll(Buffer.from(key).toString('hex'), '');
      const before = await owners(name);
      const [ownerHex, guestHex] = [`${hex}20`, `${hex}${Buffer.from(' guest ').toString('hex')}`];
      expect(before).toBe(
        [ownerHex, ownerHex, guestHex, guestHex, guestHex, 'of names', `${guestHex}work_mem=5MB`].join('|'),
      );
      const label = await makeBackup(postgres, { dbname: name }, place);
      const { catalog } = await openBackup({ name, target: { label } }, place.repository, place.context());
      expect(catalog.warnings).toEqual([expect.stringContaining(`only in the encoding of '${name}', ${encoding}`)]);
      for (const where of [given, undefined])
        expect(await drill(name, where)).toMatchObject([{ ok: true, notTested: [] }]);

      const asked = { name, target: { label }, directory: join(place.directory, `exported ${key}`) };
      const { globals } = await exportBackup(asked, { repository: place.repository }, place.context());
      await postgres.psql(`DROP DATABASE "${name}"`);
      await postgres.psql(`${made} DROP ROLE ${owner}; DROP ROLE ${guest}`, loader);
      expect(await drill(name, given)).toMatchObject([
        { ok: true, notTested: ['owners and grants', 'policies and user mappings'] },
      ]);
      await expect(bring(name)).rejects.toMatchObject({
        code: 'role-missing',
        message: expect.stringContaining(`'${word} ${key}', '${word} guest ${key}' (in a policy)`),
        hint: expect.stringContaining(`in a database with the encoding ${encoding}`),
      });
      const load = ['--no-psqlrc', '--quiet', `--file=${globals}`]; // other roles exist
      await run(join(postgres.binDir, 'psql'), load, { env: { ...postgres.env, PGDATABASE: loader } });
      await bring(name);
      expect(await owners(`${name} copy`)).toBe(before);
    });

    it('do not stop the backup of a database in UTF8', async () => {
      await postgres.createDatabase('maker', "TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
      await postgres.createDatabase('names UTF8', 'TEMPLATE template0');
      await postgres.psql(`SET client_encoding = 'UTF8'; CREATE ROLE "é"`, 'maker');
      // on the server alone: no client could say it
      await postgres.psql(
        `CREATE TABLE t AS SELECT 1 AS i; DO $$ DECLARE r name := (SELECT rolname FROM pg_roles ORDER BY oid DESC LIMIT 1);
       BEGIN EXECUTE format('ALTER TABLE t OWNER TO %I; ALTER DATABASE "names UTF8" OWNER TO %I', r, r); END $$`,
        'names UTF8',
      );
      await makeBackup(postgres, { dbname: 'names UTF8' }, place);
      for (const where of [given, undefined]) {
        expect(await drill('names UTF8', where)).toMatchObject([{ ok: true, notTested: ['owners and grants'] }]);
      }
      await expect(bring('names UTF8')).rejects.toMatchObject({
        code: 'role-missing',
        message: expect.stringMatching(/in UTF8: 'é'$/),
        hint: expect.stringContaining(say.option('noOwner')),
      });
      await bring('names UTF8', { owner: false, privileges: false });
      expect(await postgres.psql('SELECT i FROM t', 'names UTF8 copy')).toBe('1');
    });
  });

  it.each([
    ['UTF8', 'LATIN1', 'ролі'],
    ['LATIN1', 'LATIN1', 'rené'],
    ['LATIN1', 'UTF8', 'rene'],
    ['EUC_JP', 'EUC_JP', 'ロール'],
  ])('are the same in a %s cluster with a %s database', async (cluster, own, word) => {
    const role = `${word} ${randomBytes(3).toString('hex')}`;
    const name = `${cluster} ${own}`.toLowerCase();
    const encoded = (encoding: string) => `TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`;
    await postgres.psql(`DROP DATABASE IF EXISTS "${name} copy"; DROP DATABASE postgres`, 'template1');
    await postgres.psql(`CREATE DATABASE postgres ${encoded(cluster)}`, 'template1');
    await postgres.psql(`SET client_encoding = 'UTF8'; CREATE ROLE "${role}"`);
    await postgres.createDatabase(name, encoded(own));
    await postgres.psql('CREATE TABLE t AS SELECT 1 AS i', name);
    // on the server alone: in this database the role may have another name
    await postgres.psql(
      `DO $$ DECLARE r name := (SELECT rolname FROM pg_roles ORDER BY oid DESC LIMIT 1); BEGIN
         EXECUTE format('ALTER TABLE t OWNER TO %I; ALTER DATABASE %I OWNER TO %I', r, current_database(), r); END $$`,
      name,
    );
    await makeBackup(postgres, { dbname: name }, place);
    expect(await drill(name)).toMatchObject([{ ok: true, notTested: [] }]);
    await bring(name);
    const newest = '(SELECT oid FROM pg_roles ORDER BY oid DESC LIMIT 1)';
    const owners = `SELECT bool_and(datdba = ${newest}), bool_and(relowner = ${newest}) FROM pg_database, pg_class
                     WHERE datname = '${name} copy' AND relname = 't'`;
    expect(await postgres.psql(owners, `${name} copy`)).toBe('t|t');
  });
});
