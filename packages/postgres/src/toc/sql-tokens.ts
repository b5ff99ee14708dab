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

const LETTER = 'A-Za-z_\\x80-\\uffff';

/** In this order, at one place of the text. */
const PATTERNS: readonly (readonly [SqlToken['kind'] | 'nothing', RegExp])[] = [
  ['nothing', /\s+|--[^\n]*/y],
  ['name', /(?:[uU]&)?"(?:[^"]|"")*"/y],
  ['string', /[eE]'(?:[^'\\]|\\[\s\S]|'')*'/y],
  ['string', /(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*'/y],
  ['string', new RegExp(`\\$((?:[${LETTER}][${LETTER}0-9]*)?)\\$[\\s\\S]*?\\$\\1\\$`, 'y')],
  ['word', new RegExp(`[${LETTER}][${LETTER}0-9$]*`, 'y')],
  ['sign', /\d[\w.]*|[\s\S]/y],
];

/** The words of a statement outside of comments; the text of a string, such as a function's body, is one word. Pure. */
export function tokensOf(text: string): readonly SqlToken[] {
  const tokens: SqlToken[] = [];
  let depth = 0;
  for (let at = 0; at < text.length; ) {
    if (text.startsWith('/*', at)) {
      at = endOfComment(text, at);
      continue;
    }
    const [kind, end] = nextToken(text, at);
    const written = text.slice(at, end);
    if (written === ')') depth -= 1;
    if (kind !== 'nothing') tokens.push({ kind, value: valueOfWord(kind, written), begin: at, end, depth });
    if (written === '(') depth += 1;
    at = end;
  }
  return tokens;
}

/** Comments nest. One without an end ends with the text. */
function endOfComment(text: string, begin: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = begin;
  let open = 0;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    open += mark[0] === '/*' ? 1 : -1;
    if (open === 0) return marks.lastIndex;
  }
  return text.length;
}

function nextToken(text: string, at: number): [SqlToken['kind'] | 'nothing', number] {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    if (pattern.test(text)) return [kind, pattern.lastIndex];
  }
  return ['sign', at + 1];
}

function valueOfWord(kind: SqlToken['kind'], written: string): string {
  if (kind === 'word') return written.toLowerCase();
  if (kind === 'name' && written.startsWith('"')) return written.slice(1, -1).replaceAll('""', '"');
  return written;
}
