import { expect, test } from 'vitest';
import { surveyScript } from '../files/read-script.ts';

async function facts(text: string, database?: string) {
  const { facts: of } = await surveyScript(
    (async function* () {
      yield Buffer.from(text);
    })(),
    'f',
  );
  return of(database);
}

const DUMP = `--
-- PostgreSQL database dump
--

-- Dumped from database version 9.6.24 (Ubuntu 9.6.24-1.pgdg20.04+1, with a long name of its distribution)
-- Dumped by pg_dump version 18.0

SET client_encoding = 'LATIN1';
CREATE TABLE public.a (tablespace text);
ALTER TABLE public.a OWNER TO shop;
SET default_tablespace = 'fast disk';
CREATE TABLE public.b (i int);
SET default_tablespace = '';
CREATE INDEX i ON public.b USING btree (i) TABLESPACE slow;
COPY public.b (i) FROM stdin;
SET default_tablespace = no;
\\.
`;

test('a dump says its version, encoding, roles and tablespaces', async () => {
  expect(await facts(DUMP)).toEqual({
    ...{ serverVersion: '9.6.24', encoding: 'LATIN1', roles: ['shop'], tablespaces: ['fast disk', 'slow'] },
    ...{ hasOwners: true, hasPrivileges: false },
  });
});

test('a file that says nothing has no facts', async () => {
  expect(await facts('CREATE TABLE t (i int);')).toEqual({
    ...{ serverVersion: undefined, encoding: undefined, roles: [], tablespaces: [] },
    ...{ hasOwners: false, hasPrivileges: false },
  });
});

test('of a file of pg_dumpall the facts are those of one database', async () => {
  const part = (name: string, owner: string) =>
    `\\connect ${name}\n-- PostgreSQL database dump\nSELECT 1;\nALTER TABLE t OWNER TO ${owner};\n-- PostgreSQL database dump complete\n`;
  const text = `-- PostgreSQL database cluster dump\nGRANT a TO b;\n${part('one', 'x')}${part('two', 'y')}`;
  expect((await facts(text, 'one')).roles).toEqual(['x']);
  expect((await facts(text, 'two')).roles).toEqual(['y']);
});
