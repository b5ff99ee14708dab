import { type SqlToken, tokensOf } from '@postgres-backuper/postgres';

/** Words that end the type of a column in what pg_dump writes. */
const AFTER_TYPE = new Set([
  ...['collate', 'default', 'not', 'null', 'generated', 'storage', 'compression', 'constraint', 'options', 'check'],
]);
/** What is in the parentheses of a CREATE TABLE besides columns. */
const NO_COLUMN = new Set(['constraint', 'check', 'like', 'exclude', 'foreign', 'primary', 'unique']);

/**
 * Name and type of each column in the `CREATE TABLE` of pg_dump, the types as format_type writes them; without inherited
 * columns and those of a composite type. Pure.
 */
export function columnTypes(definition: string): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  for (const [name, ...rest] of columnsIn(tokensOf(definition))) {
    if (name === undefined || (name.kind === 'word' && NO_COLUMN.has(name.value))) continue;
    const end = rest.findIndex(({ kind, value, depth }) => kind === 'word' && depth === 1 && AFTER_TYPE.has(value));
    const type = end < 0 ? rest : rest.slice(0, end);
    const [first, last] = [type[0], type.at(-1)];
    if (first !== undefined && last !== undefined) types.set(name.value, definition.slice(first.begin, last.end));
  }
  return types;
}

/** The tokens between the commas of the first parentheses. */
function columnsIn(tokens: readonly SqlToken[]): readonly (readonly SqlToken[])[] {
  const begin = tokens.findIndex(({ value, kind }) => kind === 'sign' && value === '(');
  const isTable = tokens.slice(0, Math.max(begin, 0)).some(({ kind, value }) => kind === 'word' && value === 'table');
  if (!isTable) return [];
  const columns: SqlToken[][] = [[]];
  for (const token of tokens.slice(begin + 1)) {
    if (token.depth === 0) break;
    if (token.depth === 1 && token.kind === 'sign' && token.value === ',') columns.push([]);
    else columns.at(-1)?.push(token);
  }
  return columns;
}

const WIDER: readonly (readonly string[])[] = [
  ['smallint', 'integer', 'bigint', 'numeric'],
  ['real', 'double precision'],
];

/** Whether a column of type `to` takes every value that one of type `from` has as it is. Pure. */
export function takesAll(from: string, to: string): boolean {
  if (from === to || to === 'text' || (to === 'numeric' && from.startsWith('numeric('))) return true;
  if (WIDER.some((row) => row.includes(from) && row.indexOf(to) > row.indexOf(from))) return true;
  const [, kind, length = ''] = LIMITED.exec(from) ?? [];
  const [, toKind, toLength = ''] = LIMITED.exec(to) ?? [];
  return (
    kind !== undefined && kind === toKind && (toLength === '' || (length !== '' && Number(toLength) >= Number(length)))
  );
}

/** Not `character`: it pads with blanks. */
const LIMITED = /^(character varying|bit varying)(?:\((\d+)\))?$/;
