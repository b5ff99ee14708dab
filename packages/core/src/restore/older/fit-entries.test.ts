import type { TocEntry } from '@postgres-backuper/postgres';
import { expect, test } from 'vitest';
import { entry } from '../target/target.test-data.ts';
import { fitEntries, fittedTexts } from './fit-entries.ts';

const OLD = { serverMajor: 14, compressions: ['pglz', 'lz4'] };

function fitted(definition: string, description = 'TABLE', server: Parameters<typeof fitEntries>[1] = OLD): string {
  return fitEntries([entry({ description, definition })], server).entries[0]?.definition ?? '';
}

const words = (text: string): string => text.replace(/\s+/g, ' ').trim();

test.each([
  ['j integer GENERATED ALWAYS AS ((i * 2)),', 'j integer GENERATED ALWAYS AS ((i * 2)) STORED,'],
  ["j text GENERATED ALWAYS AS ((')'::text)) NOT NULL,", "j text GENERATED ALWAYS AS ((')'::text)) STORED NOT NULL,"],
  ['j integer GENERATED ALWAYS AS (i) STORED,', 'j integer GENERATED ALWAYS AS (i) STORED,'],
  ['a integer CONSTRAINT m NOT NULL NO INHERIT,', 'a integer ,'],
  ['b integer DEFAULT 1 NOT NULL NO INHERIT,', 'b integer DEFAULT 1 ,'],
  ["c text DEFAULT 'NOT NULL NO INHERIT'::text,", "c text DEFAULT 'NOT NULL NO INHERIT'::text,"],
  ['id uuid DEFAULT uuidv7() NOT NULL,', 'id uuid DEFAULT gen_random_uuid() NOT NULL,'],
  ['id uuid DEFAULT own.uuidv7() NOT NULL,', 'id uuid DEFAULT own.uuidv7() NOT NULL,'],
  ['t text COLLATE pg_catalog.pg_c_utf8,', 't text COLLATE pg_catalog."C",'],
  ['t text COLLATE pg_catalog.unicode,', 't text COLLATE pg_catalog."und-x-icu",'],
])('the column %s is %s on an older server', (column, expected) => {
  const table = (text: string) => `CREATE TABLE public.t (\n    ${text}\n    last integer\n);\n`;
  expect(words(fitted(table(column)))).toBe(words(table(expected)));
});

test.each([
  [
    'CREATE TABLE public.t (\n CONSTRAINT c NOT NULL a\n)\nINHERITS (public.p);',
    'CREATE TABLE public.t ( ) INHERITS (public.p); ALTER TABLE "public"."t" ALTER COLUMN "a" SET NOT NULL;',
  ],
  [
    'CREATE TABLE public.t (\n x integer,\n CONSTRAINT "c,(" NOT NULL "A b",\n CONSTRAINT d NOT NULL e NO INHERIT,\n CONSTRAINT k CHECK ((x > 0))\n)\nINHERITS (public.p);',
    'CREATE TABLE public.t ( x integer, CONSTRAINT k CHECK ((x > 0)) ) INHERITS (public.p); ALTER TABLE "public"."t" ALTER COLUMN "A b" SET NOT NULL;',
  ],
  [
    "CREATE TABLE public.t (\n i integer\n)\nWITH (autovacuum_vacuum_max_threshold='1', fillfactor='90', toast.autovacuum_vacuum_max_threshold='7');",
    "CREATE TABLE public.t ( i integer ) WITH (fillfactor='90');",
  ],
  [
    "CREATE TABLE public.t (\n i integer\n)\nWITH (vacuum_max_eager_freeze_failure_rate='0.1');",
    'CREATE TABLE public.t ( i integer ) ;',
  ],
])('%j loses what is not known', (definition, expected) => {
  expect(words(fitted(definition))).toBe(expected);
});

test.each([
  ['ACL', 'GRANT SELECT,MAINTAIN ON TABLE public.t TO r;', 'GRANT SELECT ON TABLE public.t TO r;'],
  [
    'ACL',
    'GRANT MAINTAIN ON TABLE public.t TO r;\nGRANT ALL ON TABLE public.t TO s;',
    'GRANT ALL ON TABLE public.t TO s;',
  ],
  ['ACL', 'GRANT MAINTAIN ON TABLE public.t TO r;\n', ''],
  ['ACL', 'GRANT SELECT ON TABLE public.maintain TO maintain;', 'GRANT SELECT ON TABLE public.maintain TO maintain;'],
  [
    'DEFAULT ACL',
    'ALTER DEFAULT PRIVILEGES FOR ROLE a REVOKE ALL ON TABLES FROM a;\nALTER DEFAULT PRIVILEGES FOR ROLE a GRANT MAINTAIN,SELECT ON TABLES TO b WITH GRANT OPTION;',
    'ALTER DEFAULT PRIVILEGES FOR ROLE a REVOKE ALL ON TABLES FROM a; ALTER DEFAULT PRIVILEGES FOR ROLE a GRANT SELECT ON TABLES TO b WITH GRANT OPTION;',
  ],
  [
    'COLLATION',
    "CREATE COLLATION public.b (provider = builtin, locale = 'C.UTF-8');",
    "CREATE COLLATION public.b (provider = libc, locale = 'C');",
  ],
  [
    'COLLATION',
    "CREATE COLLATION public.r (provider = icu, locale = 'und', rules = '&a < b');",
    "CREATE COLLATION public.r (provider = icu, locale = 'und');",
  ],
  ['SEQUENCE', 'CREATE UNLOGGED SEQUENCE public.s START WITH 1;', 'CREATE SEQUENCE public.s START WITH 1;'],
])('%s: %s becomes %s', (description, definition, expected) => {
  expect(words(fitted(definition, description))).toBe(expected);
});

test('a server of the same version takes every entry as it is', () => {
  const definition = 'CREATE TABLE public.t (\n j integer GENERATED ALWAYS AS (1),\n CONSTRAINT c NOT NULL j\n);';
  expect(fitted(definition, 'TABLE', { ...OLD, serverMajor: 18 })).toBe(definition);
});

test('columns lose a compression that the server was not built with, of any version', () => {
  const create = 'CREATE TABLE public.t (\n a text\n);\n';
  const lz4 = 'ALTER TABLE ONLY public.t ALTER COLUMN a SET COMPRESSION lz4;\n';
  const without = { serverMajor: 18, compressions: ['pglz'] };
  expect(words(fitted(`${create}${lz4}`, 'TABLE', without))).toBe(words(create));
  expect(fitted(`${create}${lz4}`)).toBe(`${create}${lz4}`);
});

test('what is made otherwise and what will be refused are both known beforehand', () => {
  const entries: readonly Partial<TocEntry>[] = [
    { tag: 'v', definition: 'CREATE TABLE public.v (j integer GENERATED ALWAYS AS (1));' },
    { tag: 'u', description: 'CONSTRAINT', definition: 'ALTER TABLE public.v ADD UNIQUE NULLS NOT DISTINCT (j);' },
    { tag: 'p', partitioned: true, accessMethod: 'heap', definition: 'CREATE TABLE public.p (i integer);' },
    { tag: 'i', description: 'VIEW', definition: "CREATE VIEW public.i WITH (security_invoker='true') AS SELECT 1;" },
    { tag: 'k', description: 'CONSTRAINT', definition: 'ALTER TABLE public.t ADD CHECK ((a > 0)) NOT ENFORCED;' },
  ];
  const { unknown, entries: all } = fitEntries(entries.map(entry), OLD);
  expect(unknown.map(({ what, names, becomes }) => [what, names, becomes === undefined])).toEqual([
    ['virtual generated columns', ['public.v'], false],
    ['unique keys with NULLS NOT DISTINCT', ['public.u'], true],
    ['table access methods of partitioned tables', ['public.p'], false],
    ['views with security_invoker', ['public.i'], true],
    ['constraints that are NOT ENFORCED', ['public.k'], true],
  ]);
  expect(all[2]?.accessMethod).toBe('');
  expect(fittedTexts(unknown)).toEqual([
    "virtual generated columns are stored, since the server does not know them: 'public.v'",
    "table access methods of partitioned tables are left out, since the server does not know them: 'public.p'",
  ]);
});
