import { type SqlToken, tokensOf } from '@postgres-backuper/postgres';

/** Replaces the text from one offset to another. */
export interface Edit {
  readonly begin: number;
  readonly end: number;
  readonly text: string;
}

/** The text after edits that do not overlap, in the order of the text. Pure. */
export function edited(text: string, edits: readonly Edit[]): string {
  return edits.toReversed().reduce((all, { begin, end, text: by }) => all.slice(0, begin) + by + all.slice(end), text);
}

/** Where these words begin, one after another. Names and strings are no words; a sign is one. Pure. */
export function findWords(tokens: readonly SqlToken[], words: readonly string[]): readonly number[] {
  const isWord = (at: number, word: string): boolean => {
    const token = tokens[at];
    return token?.value === word && (token.kind === 'word' || token.kind === 'sign');
  };
  return tokens.flatMap((_, at) => (words.every((word, offset) => isWord(at + offset, word)) ? [at] : []));
}

/** The index of the parenthesis that closes the one at this index. */
export function closing(tokens: readonly SqlToken[], open: number): number {
  const depth = tokens[open]?.depth;
  return tokens.findIndex((token, at) => at > open && token.depth === depth && token.value === ')');
}

/** A list, of which items can be taken away. */
export interface SqlList {
  /** Tokens of each item. */
  readonly items: readonly (readonly SqlToken[])[];
  /** Offsets of the text inside. */
  readonly begin: number;
  readonly end: number;
}

/** The list between two indexes of tokens, neither of which belongs to it; its commas are not in further parentheses. */
export function listBetween(tokens: readonly SqlToken[], before: number, behind: number): SqlList {
  const inside = tokens.slice(before + 1, behind);
  const depth = Math.min(...inside.map((token) => token.depth));
  const items: SqlToken[][] = [[]];
  for (const token of inside) {
    if (token.value === ',' && token.depth === depth) items.push([]);
    else items.at(-1)?.push(token);
  }
  const begin = tokens[before]?.end ?? 0;
  return { items: items.filter(({ length }) => length > 0), begin, end: tokens[behind]?.begin ?? begin };
}

/** The edit that leaves some items of a list; undefined: all stay. */
export function withoutItems(
  text: string,
  { items, begin, end }: SqlList,
  isGone: (item: readonly SqlToken[]) => boolean,
): Edit | undefined {
  const kept = items.filter((item) => !isGone(item));
  if (kept.length === items.length) return undefined;
  const texts = kept.map((item) => text.slice(item[0]?.begin, item.at(-1)?.end));
  const [first, last] = [items[0]?.[0]?.begin ?? begin, items.at(-1)?.at(-1)?.end ?? end];
  return { begin: first, end: last, text: texts.join(', ') };
}

/** The statements of a text, as indexes of their first token and of their semicolon. Pure. */
export function statementsOf(tokens: readonly SqlToken[]): readonly (readonly [first: number, semicolon: number])[] {
  const ends = tokens.flatMap(({ value, kind, depth }, at) =>
    value === ';' && kind === 'sign' && depth === 0 ? [at] : [],
  );
  return ends.map((end, index) => [index === 0 ? 0 : (ends[index - 1] ?? 0) + 1, end] as const);
}

/** The edit that removes the statement around an index; undefined outside of any. */
export function withoutStatement(tokens: readonly SqlToken[], at: number): Edit | undefined {
  const found = statementsOf(tokens).find(([first, semicolon]) => first <= at && at <= semicolon);
  if (found === undefined) return undefined;
  const [first, semicolon] = found;
  return { begin: tokens[first]?.begin ?? 0, end: tokens[semicolon]?.end ?? 0, text: '' };
}

/** Edits a text as long as `find` has something to edit: each edit sees the text after the one before it. */
export function editAll(text: string, find: (tokens: readonly SqlToken[], text: string) => Edit | undefined): string {
  for (let last = text; ; ) {
    const edit = find(tokensOf(last), last);
    if (edit === undefined) return last;
    last = edited(last, [edit]);
  }
}
