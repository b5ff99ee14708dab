import { expect, it } from 'vitest';
import { columnTypes, takesAll } from './column-types.ts';

it('each column of a definition of pg_dump has its type', () => {
  const definition = `CREATE TABLE "select"."t (a" (
    id integer NOT NULL,
    "a, b" numeric(10,2) DEFAULT (1 + 2) NOT NULL,
    "not" character varying(5)[] COLLATE pg_catalog."C",
    d "s(".small DEFAULT 'x, y'::text,
    g timestamp(3) with time zone GENERATED ALWAYS AS (now()) STORED,
    CONSTRAINT c CHECK ((id > 0)),
    CHECK (("a, b" > (0)::numeric))
)
PARTITION BY RANGE (d);
`;
  expect([...columnTypes(definition)]).toEqual([
    ['id', 'integer'],
    ['a, b', 'numeric(10,2)'],
    ['not', 'character varying(5)[]'],
    ['d', '"s(".small'],
    ['g', 'timestamp(3) with time zone'],
  ]);
});

it('a definition without columns has none', () => {
  expect(columnTypes('CREATE TABLE s.t OF s.kind;\n').size).toBe(0);
  expect(columnTypes('CREATE TABLE s.t (\n)\nINHERITS (s.u);\n').size).toBe(0);
  expect(columnTypes('').size).toBe(0);
});

it.each([
  ['integer', 'bigint', true],
  ['bigint', 'integer', false],
  ['numeric(10,2)', 'numeric', true],
  ['numeric', 'numeric(10,2)', false],
  ['character varying(5)', 'character varying(10)', true],
  ['character varying(5)', 'character varying', true],
  ['character varying', 'character varying(5)', false],
  ['character(5)', 'character(10)', false],
  ['timestamp with time zone', 'timestamp without time zone', false],
  ['public.mood', 'text', true],
])('%s into %s: %s', (from, to, takes) => {
  expect(takesAll(from, to)).toBe(takes);
});
