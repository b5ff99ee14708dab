/** A word of SQL as the server's scanner would read it (scan.l), with `standard_conforming_strings` on. */
export interface SqlToken {
  /**
   * `word`: a keyword or unquoted name; `name`: a quoted name; `string`: any string constant; `sign`: a number or a single
   * other character.
   */
  readonly kind: 'word' | 'name' | 'string' | 'sign';
  /** A word in lower case, a name without its quotes; else as written. */
  readonly value: string;
  /** Offset of its first character. */
  readonly begin: number;
  /** Offset after its last character. */
  readonly end: number;
  /** Number of parentheses around it. */
  readonly depth: number;
}

type Kind = SqlToken['kind'] | 'nothing';

const LETTER = 'A-Za-z_\\x80-\\uffff';

/** Beginnings, in this order at one place of the text; `endOf` finds the end of those that have one of their own. */
const BEGINNINGS: readonly {
  readonly kind: Kind;
  readonly pattern: RegExp;
  readonly endOf?: (text: string, at: number, begin: string) => number;
}[] = [
  { kind: 'nothing', pattern: /\s+|--[^\n]*/y },
  { kind: 'nothing', pattern: /\/\*/y, endOf: (text, at) => endOfComment(text, at) },
  { kind: 'name', pattern: /(?:[uU]&)?"/y, endOf: (text, at) => endOfQuotes(text, at, '"') },
  { kind: 'string', pattern: /[eE]'/y, endOf: (text, at) => endOfEscapes(text, at) },
  { kind: 'string', pattern: /(?:[bBxXnN]|[uU]&)?'/y, endOf: (text, at) => endOfQuotes(text, at, "'") },
  {
    kind: 'string',
    pattern: new RegExp(`\\$(?:[${LETTER}][${LETTER}0-9]*)?\\$`, 'y'),
    endOf: (text, at, tag) => after(text.indexOf(tag, at), tag.length, text),
  },
  { kind: 'word', pattern: new RegExp(`[${LETTER}][${LETTER}0-9$]*`, 'y') },
  { kind: 'sign', pattern: /\d[\w.]*|[\s\S]/y },
];

/** The words of a statement outside of comments; the text of a string, such as a function's body, is one word. Pure. */
export function tokensOf(text: string): readonly SqlToken[] {
  const tokens: SqlToken[] = [];
  let depth = 0;
  for (let at = 0; at < text.length; ) {
    const [kind, end] = nextToken(text, at);
    const written = text.slice(at, end);
    if (written === ')') depth -= 1;
    if (kind !== 'nothing') tokens.push({ kind, value: valueOfWord(kind, written), begin: at, end, depth });
    if (written === '(') depth += 1;
    at = end;
  }
  return tokens;
}

/** No step of it is repeated by an expression: texts of many megabytes would be too deep for one. */
function nextToken(text: string, at: number): [Kind, number] {
  for (const { kind, pattern, endOf } of BEGINNINGS) {
    pattern.lastIndex = at;
    if (!pattern.test(text)) continue;
    const end = pattern.lastIndex;
    return [kind, endOf === undefined ? end : endOf(text, end, text.slice(at, end))];
  }
  return ['sign', at + 1];
}

/** A string without an end ends with the text, as for the server. */
function after(found: number, length: number, text: string): number {
  return found < 0 ? text.length : found + length;
}

/** A doubled quote stands for itself. */
function endOfQuotes(text: string, begin: number, quote: string): number {
  let at = text.indexOf(quote, begin);
  while (at >= 0 && text[at + 1] === quote) at = text.indexOf(quote, at + 2);
  return after(at, 1, text);
}

function endOfEscapes(text: string, begin: number): number {
  const marks = /\\[\s\S]|''|'/g;
  marks.lastIndex = begin;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) if (mark[0] === "'") return marks.lastIndex;
  return text.length;
}

/** Comments nest. */
function endOfComment(text: string, begin: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = begin;
  let open = 1;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    open += mark[0] === '/*' ? 1 : -1;
    if (open === 0) return marks.lastIndex;
  }
  return text.length;
}

function valueOfWord(kind: SqlToken['kind'], written: string): string {
  if (kind === 'word') return written.toLowerCase();
  if (kind === 'name' && /^".*"$/s.test(written)) return written.slice(1, -1).replaceAll('""', '"');
  return written;
}
