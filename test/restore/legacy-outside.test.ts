import { execFile } from 'node:child_process';
import { access, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { restoreLegacy, restoreLegacyGlobals } from '@postgres-backuper/legacy';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPlace, type Place, serverOf } from './harness.ts';

const run = promisify(execFile);
const ODD = `we'ird "d\\b`;
const DONE = '\n-- PostgreSQL database dump complete\n';
let postgres: Postgres;
let place: Place;

beforeAll(async () => {
  postgres = await startPostgres({ major: 18 });
  place = await createPlace();
  for (const name of ['shop', 'other', ODD]) {
    await postgres.createDatabase(name);
    await postgres.psql(`CREATE TABLE t AS SELECT 1 AS n; COMMENT ON TABLE t IS 'in ''${name.length}''\\'`, name);
  }
  await postgres.psql("COMMENT ON DATABASE shop IS 'the shop'; ALTER DATABASE shop SET work_mem = '5MB'");
  await postgres.psql(
    'CREATE ROLE clerk; CREATE ROLE boss; GRANT boss TO clerk; GRANT CONNECT ON DATABASE shop TO clerk',
  );
});
afterAll(async () => {
  await postgres?.stop();
  await place?.remove();
});

async function dump(name: string, program: 'pg_dump' | 'pg_dumpall', ...args: string[]): Promise<string> {
  const file = join(place.directory, name);
  await rm(file, { recursive: true, force: true }); // of a first try: a directory must be new
  await run(join(postgres.binDir, program), [...args, `--file=${file}`], { env: { ...postgres.env } });
  if (!name.endsWith('.gz')) return file;
  await writeFile(file, gzipSync(await readFile(file)));
  return file;
}

async function write(name: string, text: string | Buffer): Promise<string> {
  const file = join(place.directory, name);
  await writeFile(file, text);
  return file;
}

async function alter(file: string, change: (bytes: Buffer) => Buffer): Promise<void> {
  await writeFile(file, change(await readFile(file)));
}

/** In the place of the only data file. */
const nameInToc = (file: string, name: string) =>
  alter(file, (bytes) => {
    const [found = ''] = /\0[^\0]\0\0\0\d+\.dat/.exec(bytes.toString('latin1')) ?? [];
    return Buffer.from(
      bytes.toString('latin1').replace(found, `\0${String.fromCharCode(name.length)}\0\0\0${name}`),
      'latin1',
    );
  });

const load = (source: string, into: string, database?: string) =>
  restoreLegacy(
    { source, into, maintenanceDatabases: ['postgres'], ...(database === undefined ? {} : { database }) },
    { server: serverOf(postgres, 'postgres'), places: [] },
    place.context(),
  );
const cluster = () =>
  postgres.psql(`SELECT oid, datname, datacl FROM pg_database WHERE datname !~ '^new' ORDER BY 2;
    SELECT rolname FROM pg_roles ORDER BY 1; SELECT * FROM pg_auth_members ORDER BY 1;
    SELECT setdatabase, setrole, setconfig FROM pg_db_role_setting ORDER BY 1, 2`);
const rows = (database: string) => postgres.psql('SELECT n FROM t', database);
const exists = async (name: string) =>
  (await postgres.psql(`SELECT count(*) FROM pg_database WHERE datname = '${name}'`)) === '1';

it.each([['shop'], ['other'], [ODD]])(
  'takes the database %j out of a file of pg_dumpall, and nothing else',
  async (name) => {
    const file = await dump('all.sql.gz', 'pg_dumpall', '--clean', '--if-exists');
    const before = await cluster();
    await load(file, 'new_one', name);
    expect(await cluster()).toBe(before);
    expect(await rows('new_one')).toBe('1');
    expect(await postgres.psql("SELECT obj_description('t'::regclass)", 'new_one')).toBe(`in '${name.length}'\\`);
    await postgres.psql('DROP DATABASE new_one');
  },
);

it('names the databases of a file of pg_dumpall when none is chosen, or one that it lacks', async () => {
  const file = await dump('all.sql', 'pg_dumpall', '--clean');
  const before = await cluster();
  const message = expect.stringMatching(/'other'.*'shop'/);
  await expect(load(file, 'new')).rejects.toMatchObject({ code: 'configuration-invalid', message });
  await expect(load(file, 'new', 'nope')).rejects.toMatchObject({ code: 'configuration-invalid', message });
  expect(await cluster()).toBe(before);
  expect(await exists('new')).toBe(false);
});

it.each([
  ['--create', '--clean'],
  ['--create', '--clean', '--if-exists', '--use-set-session-authorization'],
  ['--create'],
])('loads what pg_dump %s %s wrote beside its own database, which stays as it is', async (...options) => {
  const file = await dump('created.sql.gz', 'pg_dump', ...options, 'shop');
  await postgres.psql('INSERT INTO t VALUES (2)', 'shop');
  const before = await cluster();
  const { leftOut } = await load(file, 'new_one');
  expect(await cluster()).toBe(before);
  expect(leftOut.map(({ what }) => what)).toEqual(
    expect.arrayContaining(["CREATE DATABASE 'shop'", "ALTER DATABASE 'shop'", "COMMENT ON DATABASE 'shop'"]),
  );
  expect([await rows('shop'), await rows('new_one')]).toEqual(['1\n2', '1']);
  await postgres.psql('DROP DATABASE new_one; ');
  await postgres.psql('DELETE FROM t WHERE n = 2', 'shop');
});

it.each([
  ['\\connect shop', '\\\\connect .shop.'],
  ['\\! touch FILE', 'psql command \\\\!'],
  ['\\q', 'psql command \\\\q'],
  ['SELECT 1 \\g FILE', 'psql command \\\\g'],
  ['SELECT 1 \\; DROP DATABASE other;', 'psql command \\\\;'],
  ["COPY t TO PROGRAM 'touch FILE';", 'COPY with PROGRAM'],
  ["COPY (SELECT 1) TO PROGRAM 'touch FILE';", 'COPY with PROGRAM'],
  ["COPY t FROM PROGRAM 'touch FILE';", 'COPY with PROGRAM'],
  ["COPY t TO 'FILE';", 'COPY with a file'],
  ['DROP DATABASE other;', "DROP DATABASE 'other'"],
  ['/* a */ drop -- b\n database IF EXISTS "other";', "DROP DATABASE 'other'"],
  ['CREATE DATABASE more;', "CREATE DATABASE 'more'"],
  ['ALTER DATABASE other RENAME TO gone;', "ALTER DATABASE 'other'"],
  ['CREATE ROLE evil SUPERUSER;', "CREATE ROLE 'evil'"],
  ["ALTER USER clerk PASSWORD 'x';", "ALTER USER 'clerk'"],
  ['GRANT boss TO clerk;', 'GRANT of a role'],
  ['GRANT SET ON PARAMETER work_mem TO clerk;', "GRANT ON PARAMETER 'work_mem'"],
  ["CREATE TABLESPACE ts LOCATION '/tmp/x';", "CREATE TABLESPACE 'ts'"],
  ["ALTER SYSTEM SET work_mem = '1MB';", 'ALTER SYSTEM'],
  ['REASSIGN OWNED BY clerk TO boss;', 'REASSIGN OWNED'],
  ["UPDATE pg_database SET datname = 'gone' WHERE datname = 'other';", 'system catalog'],
  ["PREPARE TRANSACTION 'x';", 'PREPARE TRANSACTION'],
  ['CREATE FUNCTION a.begin() RETURNS int LANGUAGE sql AS $$SELECT 1$$; DROP ROLE clerk; END;', "DROP ROLE 'clerk'"],
  ["SET client_encoding = 'SJIS';", "SET client_encoding = 'SJIS'"],
  ['SELECT :DBNAME;', 'psql variable'],
])('refuses %j before anything runs', async (text, what) => {
  const made = join(place.directory, 'made');
  const before = await cluster();
  const body = `CREATE TABLE first (i int);\n${text.replace('FILE', made)}\n${DONE}`;
  await expect(load(await write('bad.sql', body), 'new')).rejects.toMatchObject({
    code: 'script-refused',
    message: expect.stringMatching(new RegExp(`${what}.* in line [23] `, 's')),
  });
  expect(await cluster()).toBe(before);
  expect(await exists('new')).toBe(false);
  await expect(access(made)).rejects.toThrow();
});

it('takes words of that kind for what they are in data, strings, comments and functions', async () => {
  const text = `-- DROP DATABASE other;\n/* \\! id /* ; */ DROP ROLE clerk; */
CREATE TABLE t (a text); COMMENT ON TABLE t IS 'DROP DATABASE other; \\';
CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $_$ BEGIN RETURN; -- DROP ROLE clerk; \\! id
END $_$;
COPY t FROM stdin;\nDROP DATABASE other;\n\\\\!\n\\.\n${DONE}`;
  await load(await write('words.sql', text), 'new_one');
  expect(await postgres.psql('SELECT count(*) FROM t', 'new_one')).toBe('2');
  await postgres.psql('DROP DATABASE new_one');
});

it('does not depend on what a function does to standard_conforming_strings', async () => {
  const hidden = `DO $$ BEGIN PERFORM set_config('standard_conforming_strings', 'off', false); END $$;
CREATE TABLE t AS SELECT 'a\\''; CREATE ROLE evil; --'::text AS a;\n${DONE}`;
  const before = await cluster();
  await load(await write('hidden.sql', hidden), 'new_one');
  expect(await cluster()).toBe(before);
  expect(await postgres.psql('SELECT a FROM t', 'new_one')).toBe("a\\'; CREATE ROLE evil; --");
  await postgres.psql('DROP DATABASE new_one');
});

it.each([
  ['BEGIN; CREATE TABLE a (i int);', /transaction open/],
  ['CREATE TABLE a (i int); DROP TABLE a;', /none of them/],
])('does not say loaded after %j', async (text, message) => {
  await expect(load(await write('open.sql', `${text}\n${DONE}`), 'new')).rejects.toMatchObject({
    code: 'restore-failed',
    message: expect.stringMatching(message),
  });
  expect(await exists('new')).toBe(false);
});

it.each([
  ['custom.dump', '-Fc'],
  ['custom.sql.gz', '-Fc'],
  ['created.dump', '-Fc', '--create', '--clean'],
  ['archive.tar', '-Ft'],
  ['archive.tar.gz', '-Ft'],
  ['folder', '-Fd'],
])('loads an archive of pg_dump, whatever its name is: %s, made with %s', async (name, ...options) => {
  await load(await dump(name, 'pg_dump', ...options, 'shop'), 'new_one');
  expect(await rows('new_one')).toBe('1');
  await postgres.psql('DROP DATABASE new_one');
});

it.each<[string, (folder: string) => Promise<void>]>([
  ['a name in toc.dat', (folder) => nameInToc(join(folder, 'toc.dat'), '../local')],
  [
    'a size of integers',
    (folder) =>
      alter(join(folder, 'toc.dat'), (bytes) => Buffer.concat([bytes.subarray(0, 8), Buffer.of(3), bytes.subarray(9)])),
  ],
  ['a list of large objects', (folder) => writeFile(join(folder, 'blobs_9.toc'), '16400 ../local\n')],
  ['a link', (folder) => symlink('/etc/hostname', join(folder, '99.dat'))],
])('does not load files of this machine by %s of a directory', async (_, change) => {
  const folder = await dump('folder', 'pg_dump', '-Fd', '-Z0', 'shop');
  await write('local', '4242\n\\.\n');
  await change(folder);
  await expect(load(folder, 'new')).rejects.toMatchObject({ code: 'script-refused' });
  expect(await exists('new')).toBe(false);
});

it('makes the roles of a file of pg_dumpall that are missing, and touches no other', async () => {
  await postgres.psql(
    "DROP ROLE IF EXISTS temp_a, temp_b; CREATE ROLE temp_a PASSWORD 'x' VALID UNTIL '2030-01-01'; CREATE ROLE temp_b; GRANT temp_a, boss TO temp_b; GRANT temp_a TO clerk",
  );
  const names = "SELECT rolname, rolvaliduntil, rolpassword FROM pg_authid WHERE rolname ~ '^temp' ORDER BY 1";
  const members = 'SELECT roleid::regrole, member::regrole FROM pg_auth_members ORDER BY 1, 2';
  const [before, file] = [await postgres.psql(names), await dump('all.sql.gz', 'pg_dumpall', '--clean', '--if-exists')];
  await postgres.psql("DROP ROLE temp_a, temp_b; ALTER ROLE clerk PASSWORD 'new'");
  const rest = await cluster();
  const services = { server: serverOf(postgres, 'postgres'), places: [] };
  const made = await restoreLegacyGlobals(
    { source: file, maintenanceDatabases: ['postgres'] },
    services,
    place.context(),
  );
  expect(made).toMatchObject({ roles: ['temp_a', 'temp_b'], tablespaces: [] });
  expect(await postgres.psql(names)).toBe(before);
  expect(await postgres.psql(members)).toMatch(/temp_a\|temp_b/);
  expect(await postgres.psql(members)).not.toMatch(/temp_a\|clerk/);
  expect(await postgres.psql("SELECT rolpassword FROM pg_authid WHERE rolname = 'clerk'")).not.toBe('');
  await postgres.psql('DROP ROLE temp_a, temp_b');
  expect(await cluster()).toBe(rest);
  await expect(
    restoreLegacyGlobals(
      { source: await write('one.sql', DONE), maintenanceDatabases: ['postgres'] },
      services,
      place.context(),
    ),
  ).rejects.toMatchObject({ code: 'configuration-invalid' });
});
