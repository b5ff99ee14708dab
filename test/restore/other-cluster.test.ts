import { restore } from '@postgres-backuper/core';
import { createOpenPgpCipher } from '@postgres-backuper/openpgp';
import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RestoreRequest } from '../../packages/core/src/restore.ts';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

/** As the case of policies: roles in a policy, a grant, default privileges and a user mapping, as owner and in settings. */
const NOTES = `
  CREATE TABLE notes (id int PRIMARY KEY, owner text, body text);
  INSERT INTO notes SELECT g, 'u' || g % 7, md5(g::text) FROM generate_series(1, 5000) g;
  ALTER TABLE notes ENABLE ROW LEVEL SECURITY; ALTER TABLE notes OWNER TO "Oc Owner";
  CREATE POLICY mine ON notes TO oc_user USING (owner = 'oc_user' OR owner = current_user);
  GRANT SELECT (body), INSERT ON notes TO oc_anon; COMMENT ON TABLE notes IS 'notes of oc_user';
  ALTER DEFAULT PRIVILEGES FOR ROLE "Oc Owner" GRANT SELECT ON TABLES TO oc_anon;
  CREATE EXTENSION citext; CREATE TABLE tagged (tag citext); CREATE FUNCTION quiet() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
  CREATE FOREIGN DATA WRAPPER fdw; CREATE SERVER other FOREIGN DATA WRAPPER fdw; CREATE USER MAPPING FOR oc_user SERVER other;
  CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION quiet(); CREATE PUBLICATION p FOR ALL TABLES;
  ALTER DATABASE oc OWNER TO "Oc Owner"; GRANT CONNECT ON DATABASE oc TO oc_anon;
  SELECT lo_from_bytea(77, 'large'), lo_from_bytea(78, 'larger'); ALTER LARGE OBJECT 77 OWNER TO "Oc Owner"; GRANT SELECT ON LARGE OBJECT 77 TO oc_anon;
  ALTER ROLE oc_user IN DATABASE oc SET work_mem = '5MB';`;

/** Where the database names roles. */
const NAMED = `
SELECT json_build_object(
  'large', (SELECT lomowner::regrole::text || ' ' || lomacl::text FROM pg_largeobject_metadata WHERE oid = 77),
  'owner', relowner::regrole::text, 'database', datdba::regrole::text, 'policy', (SELECT polroles::regrole[]::text FROM pg_policy),
  'grants', (SELECT array_agg(DISTINCT grantee::regrole::text ORDER BY grantee::regrole::text) FROM aclexplode(
     relacl || (SELECT attacl FROM pg_attribute WHERE attrelid = c.oid AND attname = 'body')) WHERE grantee <> 0),
  'default', (SELECT defaclrole::regrole::text FROM pg_default_acl), 'mapping', (SELECT usename::text FROM pg_user_mappings),
  'setting', (SELECT setrole::regrole::text FROM pg_db_role_setting WHERE setdatabase = d.oid AND setrole <> 0),
  'connect', (SELECT array_agg(DISTINCT grantee::regrole::text ORDER BY grantee::regrole::text) FROM aclexplode(datacl) WHERE grantee <> 0))
  FROM pg_class c, pg_database d WHERE c.oid = 'notes'::regclass AND datname = current_database()`;

describe.each(testMajors())('another cluster of PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  let roles: string;
  const listRoles = () => postgres.psql('SELECT rolname FROM pg_roles ORDER BY 1');
  beforeAll(async () => {
    postgres = await startPostgres({ major });
    // a backup that is not encrypted has no passwords
    const cipher = await createOpenPgpCipher({ publicKeys: [], passphrase: 'of the backup', now: Date.now() });
    place = await createPlace({ cipher, encryption: 'openpgp' });
    roles = await listRoles();
    await postgres.psql(
      `CREATE ROLE oc_anon; CREATE ROLE "Oc Owner" LOGIN PASSWORD 'of owner' CREATEDB CONNECTION LIMIT 7;
       CREATE ROLE oc_user LOGIN NOINHERIT; GRANT oc_anon TO oc_user; GRANT pg_monitor TO oc_user;`,
    );
    await postgres.createDatabase('oc', 'TEMPLATE template0');
    await postgres.psql(NOTES, 'oc');
    await makeBackup(postgres, { dbname: 'oc' }, place);
    await postgres.psql('DROP DATABASE oc');
    await postgres.psql('DROP ROLE oc_anon, oc_user, "Oc Owner"');
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  const bring = async (
    into: string,
    request: Partial<RestoreRequest> = {},
    context = place.context(),
    as: Readonly<Record<string, string>> = {},
  ) => {
    const { env, ...rest } = serverOf(postgres, 'postgres');
    const all = { maintenanceDatabases: ['postgres'], jobs: 2, owner: true, privileges: true };
    const asked: RestoreRequest = { name: 'oc', target: { latest: true }, into, ...all, ...request };
    return restore(asked, { server: { env: { ...env, ...as }, ...rest }, repository: place.repository }, context);
  };
  const named = async (dbname: string) => JSON.parse(await postgres.psql(NAMED, dbname));
  const attributes = () =>
    postgres.psql(
      `SELECT rolname, rolcanlogin, rolinherit, rolcreatedb, rolconnlimit, rolpassword IS NOT NULL FROM pg_authid
        WHERE rolname ILIKE 'oc%' ORDER BY 1`,
    );

  it('gets the roles that it lacks, without login, and none if the restore fails', async () => {
    await expect(bring('oc')).rejects.toMatchObject({ code: 'role-missing' });
    const fails = { createRoles: 'no-login', strict: true, excludeExtensions: ['citext'] } as const;
    await expect(bring('failed', fails)).rejects.toMatchObject({ code: 'restore-failed' });
    expect(await listRoles()).toBe(roles);

    const context = place.context();
    const { createdRoles } = await bring('created', { createRoles: 'no-login' }, context);
    expect([...createdRoles].sort()).toEqual(['Oc Owner', 'oc_anon', 'oc_user']);
    expect(await attributes()).toBe('Oc Owner|f|t|f|7|f\noc_anon|f|t|f|-1|f\noc_user|f|f|f|-1|f');
    expect(await postgres.psql(`SELECT roleid::regrole FROM pg_auth_members WHERE member = 'oc_user'::regrole`)).toBe(
      'oc_anon',
    );
    const warnings = context.events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));
    expect(warnings).toEqual([
      "role 'Oc Owner' had CREATEDB, which is not given",
      "role 'oc_user' was a member of 'pg_monitor', which is not given",
    ]);
    expect(await named('created')).toMatchObject({ owner: '"Oc Owner"', policy: '{oc_user}', mapping: 'oc_user' });
    await postgres.psql('DROP DATABASE created');
    await postgres.psql('DROP ROLE oc_anon, oc_user, "Oc Owner"');

    const again = place.context();
    await bring('created', { createRoles: 'with-passwords' }, again);
    const text = expect.stringContaining('a forged one would let its author log in');
    expect(again.events).toContainEqual(expect.objectContaining({ type: 'warning', text }));
    expect(await attributes()).toBe('Oc Owner|t|t|f|7|t\noc_anon|f|t|f|-1|f\noc_user|t|f|f|-1|f');
    await postgres.psql('DROP DATABASE created');
    await postgres.psql('DROP ROLE oc_anon, oc_user, "Oc Owner"');
  });

  it('gives everything to the roles that are named instead', async () => {
    await postgres.psql('CREATE ROLE "Mapped Owner"; CREATE ROLE mapped');
    const roleMap = new Map([
      ['Oc Owner', 'Mapped Owner'],
      ['oc_anon', 'mapped'],
      ['oc_user', 'mapped'],
    ]);
    await bring('mapped', { roleMap });
    const [owner, both] = ['"Mapped Owner"', ['"Mapped Owner"', 'mapped']];
    expect(await named('mapped')).toEqual({
      ...{ owner, database: owner, policy: '{mapped}', grants: both, default: owner, mapping: 'mapped' },
      ...{
        setting: 'mapped',
        connect: both,
        large: `${owner} {"\\"Mapped Owner\\"=rw/\\"Mapped Owner\\"","mapped=r/\\"Mapped Owner\\""}`,
      },
    });
    // a text that names a role is no name of one
    expect(await postgres.psql("SELECT obj_description('notes'::regclass)", 'mapped')).toBe('notes of oc_user');
    expect(await postgres.psql('SELECT pg_get_expr(polqual, polrelid) FROM pg_policy', 'mapped')).toContain(
      "'oc_user'",
    );
    expect(await postgres.psql('SELECT count(*) FROM notes', 'mapped')).toBe('5000');
  });

  it('takes them from a role that may create databases and roles alone', async () => {
    await postgres.psql("CREATE ROLE oc_maker LOGIN CREATEDB CREATEROLE PASSWORD 'of maker'");
    const as = { PGUSER: 'oc_maker', PGPASSWORD: 'of maker' };
    const context = place.context();
    const asked = { createRoles: 'no-login', roleMap: new Map([['postgres', 'oc_maker']]) } as const;
    const error = await bring('made', asked, context, as).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'restore-incomplete' });
    const { objects } = (error as { result: { objects: readonly { object: string }[] } }).result;
    const refused = ['EVENT TRIGGER e', 'FOREIGN DATA WRAPPER fdw', 'PUBLICATION p', 'SERVER other'];
    expect(objects.map(({ object }) => object).sort()).toEqual([...refused, expect.stringMatching(/^USER MAPPING/)]);
    const told = context.events.flatMap((event) => (event.type === 'warning' ? [event.text] : [])).join();
    for (const name of ["'fdw'", "'e'", "'p'"]) expect(told).toContain(name);
    expect(await postgres.psql('SELECT count(*) FROM notes', 'made')).toBe('5000');
    expect(await named('made')).toMatchObject({
      owner: '"Oc Owner"',
      database: '"Oc Owner"',
      policy: '{oc_user}',
      mapping: null,
    });
    await postgres.psql('DROP DATABASE made');
    await postgres.psql('DROP ROLE oc_anon, oc_user, "Oc Owner"; ');
    await postgres.psql('DROP ROLE oc_maker');
  });

  it('is spared what it is not to have, and the result names it', async () => {
    const without = {
      createRoles: 'no-login',
      eventTriggers: false,
      publications: false,
      comments: false,
      policies: false,
    } as const;
    const { leftOut } = await bring('less', { ...without, owner: false, privileges: false });
    expect(leftOut).toHaveLength(4);
    for (const name of ["'e'", "'p'", "'notes mine'", '2 comments']) expect(leftOut.join()).toContain(name);
    const left = `SELECT (SELECT count(*) FROM pg_event_trigger) + (SELECT count(*) FROM pg_publication)
      + (SELECT count(*) FROM pg_policy) + (SELECT count(*) FROM pg_description WHERE objoid = 'notes'::regclass)`;
    expect(await postgres.psql(left, 'less')).toBe('0');
    expect(await postgres.psql("SELECT relrowsecurity FROM pg_class WHERE relname = 'notes'", 'less')).toBe('t');

    const excluded = bring('no citext', { ...without, owner: false, privileges: false, excludeExtensions: ['citext'] });
    await expect(excluded).rejects.toMatchObject({
      result: { leftOut: expect.arrayContaining([expect.stringContaining("extensions 'citext'")]) },
    });
    expect(await postgres.psql('SELECT count(*) FROM notes', 'no citext')).toBe('5000');
  });

  it('gives the new database the locale that is asked for', async () => {
    const plain = { owner: false, privileges: false, policies: false, createRoles: 'no-login' } as const;
    const locale = "SELECT datcollate FROM pg_database WHERE datname = 'in C.UTF-8'";
    await bring('in C.UTF-8', { ...plain, locale: 'C.UTF-8' });
    expect(await postgres.psql(locale)).toBe('C.UTF-8');
    await expect(bring('refused', { ...plain, locale: 'xx_XX.utf8' })).rejects.toMatchObject({
      message: expect.stringContaining("does not know the locale 'xx_XX.utf8'"),
    });
    if (major < 17) return;
    await bring('builtin', { ...plain, localeProvider: 'builtin' });
    expect(await postgres.psql("SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'builtin'")).toBe(
      'b|C.UTF-8',
    );
  });
});
