import { quotedName, type SqlToken, type TocEntry, tokensOf } from '@postgres-backuper/postgres';
import {
  closing,
  type Edit,
  editAll,
  edited,
  findWords,
  listBetween,
  statementsOf,
  withoutItems,
  withoutStatement,
} from './edit-sql.ts';

type Tokens = readonly SqlToken[];

/** `GENERATED ALWAYS AS (…)` of a column: without STORED it is virtual. */
export function storedColumns(definition: string): string {
  const tokens = tokensOf(definition);
  const edits = findWords(tokens, ['generated', 'always', 'as', '(']).flatMap((at): Edit[] => {
    const end = closing(tokens, at + 3);
    const place = tokens[end]?.end;
    return place === undefined || tokens[end + 1]?.value === 'stored'
      ? []
      : [{ begin: place, end: place, text: ' STORED' }];
  });
  return edited(definition, edits);
}

/** `CONSTRAINT c NOT NULL i` beside the columns: older servers know it of a column alone. */
export function notNullBesideColumns(definition: string, { schema, tag }: TocEntry): string {
  const tokens = tokensOf(definition);
  const open = tokens.findIndex(({ value, depth }) => value === '(' && depth === 0);
  if (open < 0) return definition;
  const list = listBetween(tokens, open, closing(tokens, open));
  const edit = withoutItems(definition, list, isNotNull);
  if (edit === undefined) return definition;
  const columns = list.items.filter((item) => isNotNull(item) && !isNotInherited(item)).map((item) => item[4]);
  const table = `${quotedName(schema)}.${quotedName(tag)}`;
  const added = columns.map(
    (column) => `\nALTER TABLE ${table} ALTER COLUMN ${quotedName(column?.value ?? '')} SET NOT NULL;`,
  );
  return `${edited(definition, [edit])}${added.join('')}`;
}

function isNotNull(item: Tokens): boolean {
  return (
    item[0]?.kind === 'word' && item[0].value === 'constraint' && item[2]?.value === 'not' && item[3]?.value === 'null'
  );
}

function isNotInherited(item: Tokens): boolean {
  return findWords(item, ['no', 'inherit']).length > 0;
}

/** Of a column; the constraint of a table's own, which children may break. */
export function notNullWithoutInheritance(definition: string): string {
  return editAll(definition, (tokens) => {
    const [at] = findWords(tokens, ['not', 'null', 'no', 'inherit']);
    if (at === undefined) return undefined;
    const isNamed = tokens[at - 2]?.kind === 'word' && tokens[at - 2]?.value === 'constraint';
    return { begin: tokens[isNamed ? at - 2 : at]?.begin ?? 0, end: tokens[at + 3]?.end ?? 0, text: '' };
  });
}

/** Storage parameters of `WITH (…)`. */
export function withoutParameters(definition: string, names: ReadonlySet<string>): string {
  return editAll(definition, (tokens, text) => {
    for (const at of findWords(tokens, ['with', '('])) {
      const end = closing(tokens, at + 1);
      const list = listBetween(tokens, at + 1, end);
      const isGone = (item: Tokens): boolean => names.has((item[1]?.value === '.' ? item[2] : item[0])?.value ?? '');
      const edit = withoutItems(text, list, isGone);
      if (edit !== undefined && edit.text !== '') return edit;
      if (edit !== undefined) return { begin: tokens[at]?.begin ?? 0, end: tokens[end]?.end ?? 0, text: '' };
    }
    return undefined;
  });
}

/** A function of the server that another one takes the place of; only without arguments. */
export function otherFunction(definition: string, from: string, to: string): string {
  const tokens = tokensOf(definition);
  const places = findWords(tokens, [from, '(', ')']).filter((at) => tokens[at - 1]?.value !== '.');
  return edited(
    definition,
    places.map((at) => ({ begin: tokens[at]?.begin ?? 0, end: tokens[at]?.end ?? 0, text: to })),
  );
}

/** `COLLATE pg_catalog.…` */
export function otherCollation(definition: string, from: string, to: string): string {
  const tokens = tokensOf(definition);
  const places = findWords(tokens, ['collate', 'pg_catalog', '.', from]).map((at) => at + 3);
  return edited(
    definition,
    places.map((at) => ({ begin: tokens[at]?.begin ?? 0, end: tokens[at]?.end ?? 0, text: quotedName(to) })),
  );
}

/** CREATE COLLATION of the builtin provider: by the C library, which compares the same. */
export function collationOfLibrary(definition: string): string {
  const tokens = tokensOf(definition);
  const [at] = findWords(tokens, ['provider', '=', 'builtin']);
  if (at === undefined) return definition;
  const provider = { begin: tokens[at + 2]?.begin ?? 0, end: tokens[at + 2]?.end ?? 0, text: 'libc' };
  const locales = findWords(tokens, ['locale', '=']).map((one) => tokens[one + 2]);
  const locale = locales.map((one) => ({ begin: one?.begin ?? 0, end: one?.end ?? 0, text: "'C'" }));
  return edited(
    definition,
    [provider, ...locale].sort((a, b) => a.begin - b.begin),
  );
}

/** CREATE COLLATION with rules of its own. */
export function collationWithoutRules(definition: string): string {
  const tokens = tokensOf(definition);
  const open = tokens.findIndex(({ value, depth }) => value === '(' && depth === 0);
  if (open < 0) return definition;
  const edit = withoutItems(
    definition,
    listBetween(tokens, open, closing(tokens, open)),
    ([first]) => first?.value === 'rules',
  );
  return edit === undefined ? definition : edited(definition, [edit]);
}

export function loggedSequence(definition: string): string {
  const tokens = tokensOf(definition);
  const edits = findWords(tokens, ['create', 'unlogged', 'sequence']).map((at) => tokens[at + 1]);
  return edited(
    definition,
    edits.map((one) => ({ begin: one?.begin ?? 0, end: (one?.end ?? 0) + 1, text: '' })),
  );
}

/** One privilege of the lists of GRANT and REVOKE; statements about it alone go. */
export function withoutPrivilege(definition: string, privilege: string): string {
  return editAll(definition, (tokens, text) => {
    for (const [first, semicolon] of statementsOf(tokens)) {
      const range = tokens.slice(first, semicolon);
      const from = range.findIndex(({ value, kind }) => kind === 'word' && (value === 'grant' || value === 'revoke'));
      const to = range.findIndex(({ value, kind }) => kind === 'word' && value === 'on');
      if (from < 0 || to < from) continue;
      const list = listBetween(tokens, first + from, first + to);
      const edit = withoutItems(text, list, ([one]) => one?.kind === 'word' && one.value === privilege);
      if (edit !== undefined) return edit.text === '' ? withoutStatement(tokens, first) : edit;
    }
    return undefined;
  });
}

/** `ALTER TABLE … ALTER COLUMN … SET COMPRESSION lz4;` */
export function withoutCompression(definition: string, method: string): string {
  return editAll(definition, (tokens) => {
    const [at] = findWords(tokens, ['set', 'compression', method]);
    return at === undefined ? undefined : withoutStatement(tokens, at);
  });
}
