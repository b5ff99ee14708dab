import { type TocEntry, tokensOf } from '@postgres-backuper/postgres';
import { findWords } from './edit-sql.ts';
import {
  collationOfLibrary,
  collationWithoutRules,
  loggedSequence,
  notNullBesideColumns,
  notNullWithoutInheritance,
  otherCollation,
  otherFunction,
  storedColumns,
  withoutCompression,
  withoutParameters,
  withoutPrivilege,
} from './newer-syntax.ts';

/** What the entries of a backup are fitted to. */
export interface OlderServer {
  readonly serverMajor: number;
  /** Methods of TOAST compression that it was built with; undefined: it does not say. */
  readonly compressions: readonly string[] | undefined;
}

/** Something that a server may not know, in an entry of a table of contents. */
export interface NewerFeature {
  /** Plural, for people. */
  readonly what: string;
  /** What becomes of it: `what` and this are a sentence. Undefined: the server refuses the entry. */
  readonly becomes?: string;
  isUnknownTo(server: OlderServer): boolean;
  /** A quick look at the definition, which may be large. */
  readonly hint: RegExp;
  readonly kinds: RegExp;
  /** The entry that the server takes; the same one where it does not have the feature. */
  fit?(entry: TocEntry): string;
  /** Of a feature that is refused. */
  holds?(entry: TocEntry): boolean;
}

const TABLES = /^(TABLE|FOREIGN TABLE)$/;
const ALL = /./;

/** Storage parameters since 18. */
const PARAMETERS = new Set(['autovacuum_vacuum_max_threshold', 'vacuum_max_eager_freeze_failure_rate']);

function before(major: number): Pick<NewerFeature, 'isUnknownTo'> {
  return { isUnknownTo: ({ serverMajor }) => serverMajor < major };
}

function words(...wanted: readonly string[]): Pick<NewerFeature, 'holds'> {
  return { holds: ({ definition }) => findWords(tokensOf(definition), wanted).length > 0 };
}

/** One row each; those that are fitted first. Rows are lost with a table that is refused: so these are fitted. */
export const NEWER_FEATURES: readonly NewerFeature[] = [
  {
    ...{ what: 'virtual generated columns', becomes: 'are stored', kinds: TABLES, hint: /GENERATED ALWAYS AS \(/ },
    ...before(18),
    fit: ({ definition }) => storedColumns(definition),
  },
  {
    ...{ what: 'NOT NULL constraints beside columns', becomes: 'lose their names', kinds: TABLES, hint: /NOT NULL/ },
    ...before(18),
    fit: (entry) => notNullBesideColumns(entry.definition, entry),
  },
  {
    ...{
      what: 'NOT NULL constraints with NO INHERIT',
      becomes: 'are left out',
      kinds: TABLES,
      hint: /NOT NULL NO INHERIT/,
    },
    ...before(18),
    fit: ({ definition }) => notNullWithoutInheritance(definition),
  },
  {
    ...{ what: 'storage parameters of 18', becomes: 'are left out', kinds: ALL, hint: /vacuum_max_/ },
    ...before(18),
    fit: ({ definition }) => withoutParameters(definition, PARAMETERS),
  },
  {
    ...{
      what: 'calls of uuidv7()',
      becomes: 'are of gen_random_uuid(), which has no order',
      kinds: ALL,
      hint: /uuidv7\(\)/,
    },
    ...before(18),
    fit: ({ definition }) => otherFunction(definition, 'uuidv7', 'gen_random_uuid'),
  },
  {
    ...{
      what: 'calls of uuidv4()',
      becomes: 'are of gen_random_uuid(), which is the same',
      kinds: ALL,
      hint: /uuidv4\(\)/,
    },
    ...before(18),
    fit: ({ definition }) => otherFunction(definition, 'uuidv4', 'gen_random_uuid'),
  },
  ...(
    [
      ['pg_unicode_fast', 18, 'C', 'are in "C": the same order, other letters in upper and lower case'],
      ['pg_c_utf8', 17, 'C', 'are in "C": the same order, other letters in upper and lower case'],
      ['unicode', 16, 'und-x-icu', 'are in "und-x-icu"'],
    ] as const
  ).map(
    ([name, major, other, becomes]): NewerFeature => ({
      ...{ what: `texts in the collation ${name}`, becomes, kinds: ALL, hint: new RegExp(`pg_catalog\\.${name}`) },
      ...before(major),
      fit: ({ definition }) => otherCollation(definition, name, other),
    }),
  ),
  {
    ...{ what: 'collations of the builtin provider', becomes: 'are of the C library, in "C"', kinds: /^COLLATION$/ },
    ...{ hint: /builtin/, ...before(17) },
    fit: ({ definition }) => collationOfLibrary(definition),
  },
  {
    ...{ what: 'rules of collations', becomes: 'are left out: the order is another one', kinds: /^COLLATION$/ },
    ...{ hint: /rules/, ...before(16) },
    fit: ({ definition }) => collationWithoutRules(definition),
  },
  {
    ...{ what: 'unlogged sequences', becomes: 'are logged', kinds: /^SEQUENCE$/, hint: /UNLOGGED/, ...before(15) },
    fit: ({ definition }) => loggedSequence(definition),
  },
  {
    ...{
      what: 'grants of MAINTAIN',
      becomes: 'are left out',
      kinds: /^(DEFAULT )?ACL$/,
      hint: /MAINTAIN/,
      ...before(17),
    },
    fit: ({ definition }) => withoutPrivilege(definition, 'maintain'),
  },
  {
    ...{ what: 'columns compressed by lz4', becomes: 'have the compression of the server', kinds: ALL },
    hint: /SET COMPRESSION lz4/,
    isUnknownTo: ({ compressions }) => compressions?.includes('lz4') === false,
    fit: ({ definition }) => withoutCompression(definition, 'lz4'),
  },
  {
    ...{ what: 'unique keys with NULLS NOT DISTINCT', kinds: ALL, hint: /NULLS NOT DISTINCT/, ...before(15) },
    ...words('nulls', 'not', 'distinct'),
  },
  {
    ...{ what: 'views with security_invoker', kinds: /^VIEW$/, hint: /security_invoker/, ...before(15) },
    ...words('security_invoker', '='),
  },
  {
    ...{ what: 'publications of schemas', kinds: /^PUBLICATION TABLES IN SCHEMA$/, hint: ALL, ...before(15) },
    holds: () => true,
  },
  {
    ...{ what: 'publications of some rows or columns', kinds: /^PUBLICATION TABLE$/, hint: /\(/, ...before(15) },
    ...words('('),
  },
  {
    ...{ what: 'foreign keys that set some of their columns', kinds: /^FK CONSTRAINT$/, hint: /SET (NULL|DEFAULT) \(/ },
    ...{ ...before(15), holds: () => true },
  },
  {
    ...{ what: 'event triggers on login', kinds: /^EVENT TRIGGER$/, hint: /ON login/i, ...before(17) },
    ...words('on', 'login'),
  },
  {
    ...{ what: 'views with JSON_TABLE', kinds: /VIEW$/, hint: /JSON_TABLE/i, ...before(17) },
    ...words('json_table', '('),
  },
  {
    ...{ what: 'keys with WITHOUT OVERLAPS or PERIOD', kinds: /CONSTRAINT$/, hint: /WITHOUT OVERLAPS|PERIOD/ },
    ...before(18),
    holds: ({ definition }) => {
      const tokens = tokensOf(definition);
      return findWords(tokens, ['without', 'overlaps']).length + findWords(tokens, ['period']).length > 0;
    },
  },
  {
    ...{ what: 'constraints that are NOT ENFORCED', kinds: /CONSTRAINT$/, hint: /NOT ENFORCED/, ...before(18) },
    ...words('not', 'enforced'),
  },
  {
    ...{ what: 'NOT NULL constraints that are NOT VALID', kinds: /CONSTRAINT$/, hint: /NOT NULL .* NOT VALID/s },
    ...{ ...before(18), ...words('not', 'valid') },
  },
];
