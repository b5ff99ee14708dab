import { beginQuote, readDollarTag } from './lex-quoted.ts';
import { beginWord } from './lex-statement.ts';
import type { LexerState } from './lexer-state.ts';
import { refused } from './refused.ts';
import { CONTINUES } from './sql-bytes.ts';
import { addToken, addWord, wantsToken, wantsWord } from './statement-builder.ts';

const [DOUBLE, AMPERSAND, QUOTE, PLUS, DASH, DOT, DOLLAR] = [0x22, 0x26, 0x27, 0x2b, 0x2d, 0x2e, 0x24];
const [ZERO, NINE, COLON, EQUALS] = [0x30, 0x39, 0x3a, 0x3d];
/** No dump holds a longer unquoted word or number, bytes. */
const WORD_MAX_BYTES = 65_536;
/** Letters before a quote give the kind of the string. */
const PREFIXES = { e: 'escape-string', b: 'bit-string', x: 'bit-string', n: 'string' } as const;
const NUMBER = /^(?:\d[\d_]*(?:\.[\d_]*)?(?:e\d*)?|0[xob][0-9a-f_]+)$/i;
/** Longer than the name of any built-in psql variable, bytes. */
const VARIABLE_MAX_BYTES = 80;
/** Built-in variables are in capitals. */
const VARIABLE = /^:["']?[A-Z][A-Z0-9_]*(?![A-Za-z0-9_\x80-\xff])/;

/** A name, a keyword, or the letter of a string. */
export function lexWord(state: LexerState): boolean {
  const { bytes, end, at, isLast } = state;
  let stop = at + 1;
  while (stop < end && CONTINUES[bytes[stop] ?? 0] === 1) stop += 1;
  if (stop + 2 > end && !isLast) return needMore(state);
  const next = stop < end ? bytes[stop] : undefined;
  if (stop === at + 1) {
    const letter = bytes.toString('latin1', at, stop).toLowerCase();
    const second = stop + 1 < end ? bytes[stop + 1] : undefined;
    if (next === QUOTE && letter in PREFIXES) return beginPrefixed(state, letter as keyof typeof PREFIXES);
    if (letter === 'u' && next === AMPERSAND && (second === QUOTE || second === DOUBLE)) {
      beginWord(state);
      state.at = stop + 1;
      if (second === DOUBLE) addToken(state.statement, 'u'); // its escapes are not decoded: it may be any name
      return beginQuote(state, second === QUOTE ? 'string' : 'identifier');
    }
  }
  beginWord(state);
  const isCounted = next !== AMPERSAND || stop > at + 1 || !/u/i.test(String.fromCharCode(bytes[at] ?? 0));
  if (!isCounted)
    addToken(state.statement, 'u'); // psql does not count it as a word: it might have been U&'…'
  else if (wantsWord(state.statement)) addWord(state.statement, bytes.toString('utf8', at, stop).toLowerCase());
  state.at = stop;
  return true;
}

function beginPrefixed(state: LexerState, letter: keyof typeof PREFIXES): true {
  const mode = letter === 'n' && !state.standardStrings ? 'escape-string' : PREFIXES[letter];
  beginWord(state);
  state.at += 1;
  return beginQuote(state, mode);
}

/** A number; versions differ in their reading of letters, quotes and dollar signs directly after it. */
export function lexNumber(state: LexerState): boolean {
  const { bytes, end, at, isLast } = state;
  let stop = at + 1;
  let isPlain = true;
  for (; stop < end; stop += 1) {
    const byte = bytes[stop] ?? 0;
    if (byte >= ZERO && byte <= NINE) continue;
    if (byte !== DOT && CONTINUES[byte] !== 1) break;
    isPlain = false;
  }
  if (stop === end && !isLast) return needMore(state);
  const next = stop < end ? bytes[stop] : undefined;
  if (!isPlain || next === QUOTE || next === DOUBLE) requireNumber(state, { stop, next });
  beginWord(state);
  if (wantsToken(state.statement)) addToken(state.statement, bytes.toString('latin1', at, stop));
  state.at = stop;
  return true;
}

function requireNumber(
  { bytes, at, line }: LexerState,
  { stop, next }: { stop: number; next: number | undefined },
): void {
  const text = bytes.toString('latin1', at, stop);
  const isSigned = /e$/i.test(text) && !/^0x/i.test(text);
  if (NUMBER.test(text) && next !== QUOTE && next !== DOUBLE && (!isSigned || next === PLUS || next === DASH)) return;
  throw refused(`'${text.slice(0, 40)}', which is no number,`, line);
}

/** `$1`, or the beginning of `$tag$ … $tag$`. */
export function lexDollar(state: LexerState): boolean {
  const { bytes, end, at, isLast, line } = state;
  let stop = at + 1;
  while (stop < end && /\d/.test(String.fromCharCode(bytes[stop] ?? 0))) stop += 1;
  if (stop === end && !isLast) return needMore(state);
  if (stop > at + 1) {
    const next = bytes[stop] ?? 0;
    if (stop < end && (CONTINUES[next] === 1 || next === QUOTE)) throw refused('a parameter with letters', line);
    beginWord(state);
    state.at = stop;
    return true;
  }
  const tag = readDollarTag(state);
  if (tag === undefined) return false;
  if (tag === null) throw refused("'$' outside of a name", line);
  beginWord(state);
  addToken(state.statement, '$');
  state.dollarTag = tag;
  state.at += tag.length;
  state.mode = 'dollar-string';
  return true;
}

/**
 * `::`, `:=`, or a psql variable, which psql leaves unchanged if it is unset. For psql the word after the colon may end
 * earlier than for the server.
 */
export function lexColon(state: LexerState): boolean {
  const { bytes, end, at, isLast, line } = state;
  let stop = at + 1;
  while (stop < end && CONTINUES[bytes[stop] ?? 0] === 1 && bytes[stop] !== DOLLAR) stop += 1;
  if (end - stop < VARIABLE_MAX_BYTES && !isLast) return needMore(state);
  const next = bytes[at + 1];
  const text = bytes.toString('latin1', at, Math.min(end, at + VARIABLE_MAX_BYTES));
  const goesOn = stop > at + 1 && stop < end && [DOLLAR, QUOTE, DOUBLE, AMPERSAND].includes(bytes[stop] ?? 0);
  if (VARIABLE.test(text) || text.startsWith(':{') || goesOn)
    throw refused(`the psql variable ${text.slice(0, 40)}`, line);
  beginWord(state);
  state.at = next === COLON || next === EQUALS ? at + 2 : stop;
  return true;
}

function needMore({ at, end, line }: LexerState): false {
  if (end - at > WORD_MAX_BYTES) throw refused('a word of more than 64 KiB', line);
  return false;
}
