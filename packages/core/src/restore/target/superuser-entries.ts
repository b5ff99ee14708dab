import type { OptionKey } from '@postgres-backuper/base';
import { type SqlToken, type TocEntry, tokensOf } from '@postgres-backuper/postgres';
import type { Finding } from './finding.ts';

/** Objects that only superusers may create. */
export interface SuperuserKind {
  /** For people, in the plural. */
  readonly name: string;
  readonly kind: Finding['kind'];
  /** Leaves them out. */
  readonly option?: OptionKey;
  holds(entry: TocEntry, server: { readonly serverMajor: number; readonly createsSubscriptions: boolean }): boolean;
}

/** The first kind that an entry is of counts. */
export const SUPERUSER_KINDS: readonly SuperuserKind[] = [
  {
    name: 'event triggers',
    kind: 'object',
    option: 'noEventTriggers',
    holds: ({ description }) => description === 'EVENT TRIGGER',
  },
  {
    name: 'publications of all tables or of schemas',
    kind: 'object',
    option: 'noPublications',
    holds: isWidePublication,
  },
  {
    name: 'subscriptions',
    kind: 'object',
    option: 'noSubscriptions',
    holds: ({ description }, { createsSubscriptions }) => description === 'SUBSCRIPTION' && !createsSubscriptions,
  },
  { name: 'functions in C or in an untrusted language, or LEAKPROOF', kind: 'object', holds: isUntrustedFunction },
  { name: 'languages, access methods and foreign data wrappers', kind: 'object', holds: isPartOfServer },
  { name: 'base types, operator classes and casts without a function', kind: 'object', holds: isPartOfTypes },
  { name: 'comments on what the server made itself', kind: 'comment', option: 'noComments', holds: isCommentOnSystem },
  { name: 'grants on what the server made itself', kind: 'grant', option: 'noPrivileges', holds: isGrantOnSystem },
  {
    name: 'grants that another role than the owner gave',
    kind: 'grant',
    option: 'noPrivileges',
    holds: isGrantOfOther,
  },
];

function isWidePublication({ description, definition }: TocEntry): boolean {
  if (description === 'PUBLICATION TABLES IN SCHEMA') return true;
  return description === 'PUBLICATION' && hasWords(tokensOf(definition), ['for', 'all']);
}

const FUNCTIONS = new Set(['FUNCTION', 'PROCEDURE']);
/** plpython3u, plperlu, pltclu: their names end with u. */
const UNTRUSTED = /^(c|internal|plsh|pl\w+u)$/;

function isUntrustedFunction({ description, definition }: TocEntry): boolean {
  if (!FUNCTIONS.has(description)) return false;
  const tokens = tokensOf(definition).filter(({ depth }) => depth === 0);
  const language = tokens[tokens.findIndex(isWord('language')) + 1]?.value ?? '';
  return UNTRUSTED.test(language) || hasWords(tokens, ['leakproof']);
}

function isPartOfServer({ description, definition }: TocEntry): boolean {
  if (description === 'PROCEDURAL LANGUAGE') return !hasWords(tokensOf(definition), ['trusted']);
  return description === 'ACCESS METHOD' || description === 'FOREIGN DATA WRAPPER';
}

const OF_TYPES = new Set([
  'SHELL TYPE',
  'OPERATOR CLASS',
  'OPERATOR FAMILY',
  'TEXT SEARCH PARSER',
  'TEXT SEARCH TEMPLATE',
]);

function isPartOfTypes({ description, definition }: TocEntry): boolean {
  if (OF_TYPES.has(description)) return true;
  if (description === 'CAST') return hasWords(tokensOf(definition), ['without', 'function']);
  return description === 'TYPE' && tokensOf(definition).some((token) => token.depth === 1 && isWord('input')(token));
}

/** The schema public belongs to the owner of the database since PostgreSQL 15. */
function isCommentOnSystem({ description, tag }: TocEntry, { serverMajor }: { readonly serverMajor: number }): boolean {
  if (description !== 'COMMENT') return false;
  return tag === 'EXTENSION plpgsql' || (serverMajor < 15 && tag === 'SCHEMA public');
}

function isGrantOnSystem({ description, schema, tag }: TocEntry): boolean {
  if (description !== 'ACL') return false;
  const isOfSystem = (name: string): boolean => name === 'pg_catalog' || name === 'information_schema';
  return (
    isOfSystem(schema) || isOfSystem(tag.replace(/^SCHEMA /, '')) || /^LANGUAGE (plpgsql|sql|c|internal)$/.test(tag)
  );
}

function isGrantOfOther({ description, definition }: TocEntry): boolean {
  return /ACL$/.test(description) && hasWords(tokensOf(definition), ['session', 'authorization']);
}

function isWord(word: string): (token: SqlToken) => boolean {
  return ({ kind, value }) => kind === 'word' && value === word;
}

function hasWords(tokens: readonly SqlToken[], words: readonly string[]): boolean {
  return tokens.some((_, at) => words.every((word, index) => isWord(word)(tokens[at + index] as SqlToken)));
}
