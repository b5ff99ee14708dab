import { expect, it } from 'vitest';
import { mapSchema } from './map-schema.ts';

const map = (definition: string, from = 's', names = ['t', 't_id_seq', 'T "x"', 'table']) =>
  mapSchema(definition, { from, to: 'n"w', names: new Set(names) });

it.each([
  [
    'CREATE TABLE s.t (\n    a s.mood,\n    b integer\n);',
    'CREATE TABLE "n""w".t (\n    a s.mood,\n    b integer\n);',
    ['s.mood'],
  ],
  [
    'ALTER TABLE ONLY s."T ""x""" ADD CHECK ((s.f(a) > 0));',
    'ALTER TABLE ONLY "n""w"."T ""x""" ADD CHECK ((s.f(a) > 0));',
    ['s.f'],
  ],
  [
    "ALTER TABLE ONLY s.t ALTER COLUMN id SET DEFAULT nextval('s.t_id_seq'::regclass);",
    `ALTER TABLE ONLY "n""w".t ALTER COLUMN id SET DEFAULT nextval('"n""w".t_id_seq'::regclass);`,
    [],
  ],
  [
    "ALTER TABLE s.t ALTER a SET DEFAULT nextval('o.x'::regclass);",
    `ALTER TABLE "n""w".t ALTER a SET DEFAULT nextval('o.x'::regclass);`,
    ['o.x'],
  ],
  ["COMMENT ON TABLE s.t IS 's.t and ''s.t''';", `COMMENT ON TABLE "n""w".t IS 's.t and ''s.t''';`, []],
  [
    "SELECT 's.t'::text, a.s.t, $$s.t$$ /* s.t */ -- s.t",
    "SELECT 's.t'::text, a.s.t, $$s.t$$ /* s.t */ -- s.t",
    ['a.s'],
  ],
  [
    'CREATE INDEX i ON s.t USING btree (a) WHERE ((a)::o.t > 1.5);',
    'CREATE INDEX i ON "n""w".t USING btree (a) WHERE ((a)::o.t > 1.5);',
    ['o.t'],
  ],
])('%s', (definition, mapped, others) => {
  const result = map(definition);
  expect(result.definition).toBe(mapped);
  expect(result.others.map(({ schema, name }) => `${schema}.${name}`)).toEqual(others);
});

it('a schema may be named like a keyword, with quotes and dots', () => {
  expect(map('CREATE TABLE "table"."table" ();', 'table').definition).toBe('CREATE TABLE "n""w"."table" ();');
  const text = `SELECT nextval('"S.a''b"".".t'::regclass), "S.a'b"".".t`;
  expect(map(text, `S.a'b".`).definition).toBe(`SELECT nextval('"n""w".t'::regclass), "n""w".t`);
});
