import { beginQuote, readDollarTag } from './lex-quoted.ts';
import { beginWord } from './lex-statement.ts';
import type { LexerState } from './lexer-state.ts';
import { refused } from './refused.ts';
import { CONTINUES } from './sql-bytes.ts';
import { addToken, addWord, wantsWord } from './statement-builder.ts';

const [DOUBLE, AMPERSAND, QUOTE, PLUS, DASH, DOT, COLON, EQUALS] = [0x22, 0x26, 0x27, 0x2b, 0x2d, 0x2e, 0x3a, 0x3d];
/** An unquoted word or a number that goes on for longer is none of a dump, bytes. */
const WORD_MAX_BYTES = 65_536;
/** Letters in front of a quote: the string's kind. */
const PREFIXES = { e: 'escape-string', b: 'bit-string', x: 'bit-string', n: 'string' } as const;
const NUMBER = /^(?:\d[\d_]*(?:\.[\d_]*)?(?:e\d*)?|0[xob][0-9a-f_]+)$/i;
/** Variables that psql has by itself are in capitals. */
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
      return beginQuote(state, second === QUOTE ? 'string' : 'identifier');
    }
  }
  beginWord(state);
  if (wantsWord(state.statement)) addWord(state.statement, bytes.toString('utf8', at, stop).toLowerCase());
  state.at = stop;
  return true;
}

function beginPrefixed(state: LexerState, letter: keyof typeof PREFIXES): true {
  const mode = letter === 'n' && !state.standardStrings ? 'escape-string' : PREFIXES[letter];
  beginWord(state);
  state.at += 1;
  return beginQuote(state, mode);
}

/** A number; letters, quotes and dollar signs right behind it mean other things to other versions. */
export function lexNumber(state: LexerState): boolean {
  const { bytes, end, at, isLast, line } = state;
  let stop = at + 1;
  while (stop < end && (bytes[stop] === DOT || CONTINUES[bytes[stop] ?? 0] === 1)) stop += 1;
  if (stop === end && !isLast) return needMore(state);
  const text = bytes.toString('latin1', at, stop);
  const next = stop < end ? bytes[stop] : undefined;
  const isSigned = /e$/i.test(text) && !/^0x/i.test(text);
  if (!NUMBER.test(text) || next === QUOTE || next === DOUBLE || (isSigned && next !== PLUS && next !== DASH)) {
    throw refused(`'${text.slice(0, 40)}', which is no number,`, line);
  }
  beginWord(state);
  addToken(state.statement, text);
  state.at = stop;
  return true;
}

/** `$1`, or the begin of `$tag$ … $tag$`. */
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

/** `::`, `:=`, or what psql may take for a variable. */
export function lexColon(state: LexerState): boolean {
  const { bytes, end, at, isLast, line } = state;
  if (end - at < 80 && !isLast) return false;
  const next = bytes[at + 1];
  beginWord(state);
  const text = bytes.toString('latin1', at, Math.min(end, at + 80));
  if (next === COLON || next === EQUALS) state.at += 1;
  else if (VARIABLE.test(text) || text.startsWith(':{')) throw refused(`the psql variable ${text.slice(0, 40)}`, line);
  state.at += 1;
  return true;
}

function needMore({ at, end, line }: LexerState): false {
  if (end - at > WORD_MAX_BYTES) throw refused('a word of more than 64 KiB', line);
  return false;
}
