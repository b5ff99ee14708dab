import { Readable } from 'node:stream';
import { say } from '@postgres-backuper/base';
import { expect, it } from 'vitest';
import { readParts, surveyScript } from '../files/read-script.ts';
import { runParts } from '../files/run-parts.ts';
import { chooseOf, type Wanted } from './script-choice.ts';

const script = (text: string) => Readable.from([Buffer.from(text)]);

/** What is run of a text, without the settings in front, and what is left out. */
async function run(text: string, wanted: Wanted, serverMajor = 18) {
  const choice = chooseOf((await surveyScript(script(text), 'f')).survey, wanted, 'f');
  const leftOut: string[] = [];
  const onLeftOut = (what: string, line: number) => void leftOut.push(`${line} ${what}`);
  const chunks: Buffer[] = [];
  const options = { choice, serverMajor, onLeftOut, onCreate: () => undefined };
  for await (const chunk of runParts(readParts(script(text), 'f'), options)) chunks.push(chunk);
  return { run: Buffer.concat(chunks.slice(1)).toString().split('\n').filter(Boolean), leftOut };
}

const one = (name?: string): Wanted => ({ kind: 'database', name });
const DUMP = (body: string) => `--\n-- PostgreSQL database dump\n--\n${body}\n-- PostgreSQL database dump complete\n`;
const CLUSTER = (body: string) =>
  `-- PostgreSQL database cluster dump\n${body}\n-- PostgreSQL database cluster dump complete\n`;

/** As pg_dumpall wrote until version 10: it connects in front of the roles, and makes all databases first. */
const OLD = CLUSTER(`\\connect postgres
SET default_transaction_read_only = off;
CREATE ROLE a;
GRANT a TO b GRANTED BY c;
CREATE DATABASE shop WITH TEMPLATE = template0;
REVOKE ALL ON DATABASE shop FROM a;
ALTER DATABASE shop SET x TO '1';
\\connect postgres
${DUMP('SET a = 1;\nCREATE TABLE p (i int);')}
\\connect shop
${DUMP('COPY s (i) FROM stdin;\n1\n\\.\n')}`);

it('takes one database out of an old file of pg_dumpall', async () => {
  const settings = 'SET default_transaction_read_only = off;';
  expect(await run(OLD, one('shop'))).toEqual({ run: [settings, 'COPY s (i) FROM stdin;', '1', '\\.'], leftOut: [] });
  expect((await run(OLD, one('postgres'))).run).toEqual([settings, 'SET a = 1;', 'CREATE TABLE p (i int);']);
  expect((await run(OLD, { kind: 'globals' })).run).toEqual([settings, 'CREATE ROLE a;', 'GRANT a TO b GRANTED BY c;']);
});

it('names what there is to choose', async () => {
  await expect(run(OLD, one())).rejects.toThrow("the databases 'postgres', 'shop'");
  await expect(run(OLD, one('x'))).rejects.toThrow("no database 'x'");
  await expect(run(CLUSTER('CREATE ROLE a;'), one())).rejects.toMatchObject({
    hint: expect.stringContaining(say.option('fileGlobals')),
  });
  await expect(run(DUMP(''), one('x'))).rejects.toThrow('does not hold the name');
  await expect(run(DUMP(''), { kind: 'globals' })).rejects.toThrow('not a file of pg_dumpall');
});

it('is complete with its last line alone', async () => {
  for (const text of [
    'SELECT 1;',
    CLUSTER(DUMP('')).replace('cluster dump complete', ''),
    `${DUMP('')}${DUMP('').slice(0, 50)}`,
  ]) {
    await expect(run(text, one())).rejects.toMatchObject({ code: 'object-altered' });
  }
});

it('leaves out what is about the one database that a file makes, and refuses it for another', async () => {
  const made = 'CREATE DATABASE "a b" ENCODING = \'UTF8\';\n\\connect "a b"\n';
  const { leftOut } = await run(
    DUMP(`DROP DATABASE IF EXISTS "a b";\n${made}ALTER DATABASE "a b" OWNER TO x;`),
    one('a b'),
  );
  expect(leftOut).toEqual(["4 DROP DATABASE 'a b'", "5 CREATE DATABASE 'a b'", "7 ALTER DATABASE 'a b'"]);
  for (const more of [
    'DROP DATABASE c;',
    '\\connect c\n',
    'GRANT ALL ON DATABASE c TO x;',
    'CREATE DATABASE c;\n\\connect c\n',
  ]) {
    await expect(run(DUMP(`${made}${more}`), one())).rejects.toMatchObject({ code: 'script-refused' });
  }
  for (const alone of ['DROP DATABASE c;', '\\connect c\n', 'CREATE DATABASE c;', 'ALTER DATABASE c SET a TO 1;']) {
    await expect(run(DUMP(alone), one())).rejects.toMatchObject({ code: 'script-refused' });
  }
});

it('leaves out a setting that an older server does not know', async () => {
  const text = DUMP('SET transaction_timeout = 0;\nSET a = 1;');
  expect((await run(text, one(), 16)).run).toEqual(['SET a = 1;']);
  expect((await run(text, one(), 17)).run).toEqual(['SET transaction_timeout = 0;', 'SET a = 1;']);
});

it.each([
  'WITH x AS (SELECT 1) UPDATE pg_authid SET rolsuper = true;',
  'EXPLAIN ANALYZE UPDATE pg_authid SET rolsuper = true;',
  'PREPARE p AS UPDATE pg_authid SET rolsuper = true;',
  '(WITH x AS (UPDATE pg_authid SET rolsuper = true RETURNING 1) SELECT 1);',
  'COPY (UPDATE pg_authid SET rolsuper = true RETURNING 1) TO STDOUT;',
  'CREATE UNLOGGED TABLE z AS WITH x AS (UPDATE pg_authid SET rolsuper = true RETURNING 1) SELECT 1;',
  'CREATE TABLE z AS (WITH x AS (UPDATE pg_authid SET rolsuper = true RETURNING 1) SELECT 1);',
  'UPDATE U&"pg_\\0061uthid" SET rolsuper = true;',
  'UPDATE new.pg_catalog.pg_authid SET rolsuper = true;',
  'DELETE FROM ONLY (pg_authid);',
  'TRUNCATE a, pg_database;',
  'CREATE FUNCTION a.begin() RETURNS int LANGUAGE sql AS $$SELECT 1$$; WITH x AS (SELECT 1) UPDATE pg_authid SET a = 1; END;',
  'CREATE FUNCTION a() RETURNS int BEGIN ATOMIC SELECT 1 AS begin; END; EXPLAIN ANALYZE UPDATE pg_authid SET a = 1; END;',
])('refuses a write to a catalog that hides: %s', async (text) => {
  await expect(run(DUMP(text), one())).rejects.toMatchObject({ code: 'script-refused' });
});

it('takes WITH for what it is in functions, views and rules', async () => {
  for (const text of [
    'CREATE FUNCTION a() RETURNS int BEGIN ATOMIC SELECT 1; WITH x AS (SELECT 1) SELECT 1; RETURN 1; END;',
    'CREATE VIEW v AS WITH x AS (SELECT 1) SELECT 1;',
    'CREATE RULE r AS ON INSERT TO t DO (NOTIFY a; WITH x AS (SELECT 1) SELECT 1);',
    'CREATE TABLE t AS SELECT 1;',
    "CREATE TABLE t (i int) WITH (fillfactor='70');",
    'DELETE FROM ONLY public.t;',
  ]) {
    expect((await run(DUMP(text), one())).run).toEqual([text]);
  }
});

it.each([
  'ALTER ROLE ALL SET a = 1;',
  'ALTER ROLE CURRENT_USER NOSUPERUSER;',
  'ALTER ROLE U&"\\0061" LOGIN;',
  'GRANT a TO b, c;',
])('refuses %s among roles, which would touch those that exist', async (text) => {
  await expect(run(CLUSTER(text), { kind: 'globals' })).rejects.toMatchObject({ code: 'script-refused' });
});

it('does not hold any number of statements inside of one', async () => {
  const text = `CREATE FUNCTION a() RETURNS int BEGIN ATOMIC ${'SELECT 1;'.repeat(5000)} END;`;
  await expect(run(DUMP(text), one())).rejects.toThrow('a statement that holds 4096 others');
});
