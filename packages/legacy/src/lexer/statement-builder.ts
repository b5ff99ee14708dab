import type { Token } from './script-part.ts';

/** Number of words that identify a statement. */
const HEAD_TOKENS = 48;

/** State of psql's and the server's parsing of one statement so far. */
export interface StatementBuilder {
  heads: Token[][];
  parens: number;
  /** Depth of parentheses at which the newest head began. */
  base: number;
  /** Depth of BEGIN … END and CASE … END in the body of a routine. */
  begins: number;
  /** psql's own state: first letters of the first four unquoted words, if they are of CREATE OR REPLACE FUNCTION. */
  letters: string;
  isRoutine: boolean;
  words: number;
}

export function beginStatement(): StatementBuilder {
  return { heads: [[]], parens: 0, base: 0, begins: 0, letters: '', isRoutine: false, words: 0 };
}

/** Whether another word is needed: most statements are long, and identified by their beginning. */
export function wantsWord(builder: StatementBuilder): boolean {
  return builder.words < 4 || builder.isRoutine || wantsToken(builder);
}

export function wantsToken({ parens, base, heads }: StatementBuilder): boolean {
  return parens === base && (heads.at(-1)?.length ?? 0) < HEAD_TOKENS;
}

export function addToken(builder: StatementBuilder, token: Token): void {
  if (wantsToken(builder)) builder.heads.at(-1)?.push(token);
}

/** An unquoted word, in lower case. */
export function addWord(builder: StatementBuilder, word: string): void {
  addToken(builder, word);
  if (builder.words < 4) {
    builder.letters += ROUTINE_WORDS.has(word) ? word[0] : '-';
    builder.isRoutine = ROUTINE.test(builder.letters);
  }
  builder.words += 1;
  if (builder.parens > 0 || !builder.isRoutine) return;
  if (word === 'begin' || (word === 'case' && builder.begins > 0)) builder.begins += 1;
  else if (word === 'end' && builder.begins > 0) builder.begins -= 1;
}

/** As psqlscan.l does it, in all versions that know \restrict. */
const ROUTINE_WORDS = new Set(['create', 'or', 'replace', 'function', 'procedure']);
const ROUTINE = /^c(?:or)?[fp]/;

/** Whether the position is outside of parentheses and of a body. */
export function isClosed({ parens, begins }: StatementBuilder): boolean {
  return parens === 0 && begins === 0;
}

/** Adds a semicolon. Returns true if psql sends the statement at it. */
export function addSemicolon(builder: StatementBuilder): boolean {
  if (isClosed(builder)) return true;
  builder.heads.push([]);
  builder.base = builder.parens;
  return false;
}

export function openParen(builder: StatementBuilder): void {
  addToken(builder, '(');
  builder.parens += 1;
}

export function closeParen(builder: StatementBuilder): void {
  if (builder.parens === 0) addToken(builder, ')');
  builder.parens = Math.max(0, builder.parens - 1);
  builder.base = Math.min(builder.base, builder.parens);
}
