import type { TocEntry } from '@postgres-backuper/postgres';
import { expect, it } from 'vitest';
import { judgeObjects } from './judge-objects.ts';
import { facts, ordinary, wanted } from './target.test-data.ts';

const refused = (entry: Partial<TocEntry>) => judgeObjects(wanted({}, [entry]), ordinary());

it.each<[string, Partial<TocEntry>]>([
  ['event triggers', { description: 'EVENT TRIGGER', schema: '' }],
  ['publications', { description: 'PUBLICATION', definition: 'CREATE PUBLICATION p FOR ALL TABLES;' }],
  ['publications', { description: 'PUBLICATION TABLES IN SCHEMA' }],
  ['subscriptions', { description: 'SUBSCRIPTION' }],
  ['functions', { description: 'FUNCTION', definition: `CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'a', 'b';` }],
  ['functions', { description: 'PROCEDURE', definition: `CREATE PROCEDURE f() LANGUAGE "plpython3u" AS $$x$$;` }],
  [
    'functions',
    { description: 'FUNCTION', definition: `CREATE FUNCTION f() RETURNS int LANGUAGE sql LEAKPROOF AS '';` },
  ],
  ['languages', { description: 'PROCEDURAL LANGUAGE', definition: 'CREATE OR REPLACE PROCEDURAL LANGUAGE plsh;' }],
  ['languages', { description: 'FOREIGN DATA WRAPPER' }],
  ['base types', { description: 'TYPE', definition: 'CREATE TYPE t (\n    INPUT = public.i,\n    OUTPUT = o\n);' }],
  ['base types', { description: 'CAST', definition: 'CREATE CAST (a AS b) WITHOUT FUNCTION;' }],
  ['comments', { description: 'COMMENT', tag: 'EXTENSION plpgsql' }],
  ['grants on', { description: 'ACL', schema: 'pg_catalog', tag: 'FUNCTION pg_reload_conf()' }],
  ['grants that', { description: 'ACL', definition: 'SET SESSION AUTHORIZATION x;\nGRANT ALL ON TABLE t TO y;' }],
])('only superusers may make %s, which is said before', (name, entry) => {
  expect(refused(entry)).toMatchObject([{ severity: 'missing', what: expect.stringContaining(name) }]);
  expect(judgeObjects(wanted({}, [entry]), facts())).toEqual([]);
  expect(judgeObjects(wanted({}, [entry]), ordinary({ providerRole: 'rds_superuser' }))).toMatchObject([
    { severity: 'note' },
  ]);
});

it.each<[string, Partial<TocEntry>]>([
  ['a table', {}],
  [
    'a publication of tables',
    { description: 'PUBLICATION', definition: 'CREATE PUBLICATION p WITH (publish = $$for all tables$$);' },
  ],
  [
    'a function',
    { description: 'FUNCTION', definition: `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'LANGUAGE c LEAKPROOF';` },
  ],
  [
    'a trusted language',
    { description: 'PROCEDURAL LANGUAGE', definition: 'CREATE TRUSTED PROCEDURAL LANGUAGE plperl;' },
  ],
  ['a composite type', { description: 'TYPE', definition: 'CREATE TYPE t AS (\n    a integer\n);' }],
  ['a comment', { description: 'COMMENT', tag: 'TABLE t' }],
  ['a grant', { description: 'ACL', tag: 'TABLE t', definition: 'GRANT ALL ON TABLE t TO y;' }],
])('anybody may make %s', (_, entry) => {
  expect(refused(entry)).toEqual([]);
});

it('what is left out is not looked at', () => {
  const entries = [
    { description: 'SUBSCRIPTION' },
    { description: 'COMMENT', tag: 'PUBLICATION p' },
    { description: 'ACL', schema: 'pg_catalog' },
  ];
  const asked = wanted({}, entries, { replication: false, privileges: false });
  expect(asked.entries).toEqual([]);
});

it('providers of security labels are named', () => {
  const entry = { description: 'SECURITY LABEL', definition: `SECURITY LABEL FOR "my label" ON TABLE t IS 'for x';` };
  expect(judgeObjects(wanted({}, [entry]), facts())).toMatchObject([{ severity: 'note', names: ['my label'] }]);
});

it('default privileges of other roles need a member of them', () => {
  const entry = {
    ...{ description: 'DEFAULT ACL', owner: 'postgres' },
    definition: 'ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public GRANT ALL ON TABLES TO app;',
  };
  const roles = new Map([['postgres', { isMember: false }]]);
  expect(judgeObjects(wanted({}, [entry]), ordinary({ roles }))).toMatchObject([
    { kind: 'grant', names: ['postgres'] },
  ]);
});
