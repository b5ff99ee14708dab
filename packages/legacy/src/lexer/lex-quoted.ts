import { countNewlines } from '@postgres-backuper/format';
import { beginWord } from './lex-statement.ts';
import type { LexerState } from './lexer-state.ts';
import { refused } from './refused.ts';
import { addToken, wantsToken } from './statement-builder.ts';

const [NEWLINE, DOUBLE, DOLLAR, QUOTE, BACKSLASH, NOT_ASCII] = [0x0a, 0x22, 0x24, 0x27, 0x5c, 0x80];
/** No name or value of a setting is longer, bytes. */
const TOKEN_MAX_BYTES = 1024;

/** Begins a quoted text at its quote. */
export function beginQuote(state: LexerState, mode: 'string' | 'escape-string' | 'bit-string' | 'identifier'): true {
  if (state.isBehindEscapes && mode !== 'identifier') {
    // the server continues E'…' after a newline; psql, which reads line by line, does not
    throw refused('a string with escapes that continues after its end', state.line);
  }
  beginWord(state);
  state.at += 1;
  state.from = state.at;
  state.mode = mode;
  return true;
}

/** '…' with backslashes as ordinary characters. */
export function scanString(state: LexerState): boolean {
  const { bytes, end } = state;
  let at = state.at;
  for (; at < end; at += 1) {
    const byte = bytes[at];
    if (byte === NEWLINE) state.line += 1;
    if (byte !== QUOTE) continue;
    if (at > state.from && bytes[at - 1] === BACKSLASH) state.isUnsure = true;
    if (at + 1 === end && !state.isLast) break; // two quotes are one character
    if (bytes[at + 1] !== QUOTE || at + 1 === end) return close(state, { at, mark: "'" });
    at += 1;
  }
  state.at = at;
  return false;
}

/** E'…', and '…' while standard_conforming_strings is off. */
export function scanEscapeString(state: LexerState): boolean {
  const { bytes, end } = state;
  let at = state.at;
  for (; at < end; at += 1) {
    const byte = bytes[at];
    if (byte === NEWLINE) state.line += 1;
    if (byte !== QUOTE && byte !== BACKSLASH) continue;
    if (at + 1 === end && !state.isLast) break;
    if (byte === BACKSLASH) {
      if (!state.standardStrings || (bytes[at - 1] ?? 0) >= NOT_ASCII) state.isUnsure = true;
      if (bytes[at + 1] === NEWLINE) state.line += 1;
    } else if (bytes[at + 1] !== QUOTE || at + 1 === end) {
      state.isBehindEscapes = true;
      return close(state, { at, mark: "'" });
    }
    at += 1;
  }
  state.at = Math.min(at, end);
  return false;
}

/** B'…' and X'…' end at the next quote. */
export function scanBitString(state: LexerState): boolean {
  const { bytes, end } = state;
  let at = state.at;
  for (; at < end; at += 1) {
    if (bytes[at] === NEWLINE) state.line += 1;
    if (bytes[at] === QUOTE) return close(state, { at, mark: "'" });
  }
  state.at = at;
  return false;
}

export function scanIdentifier(state: LexerState): boolean {
  const { bytes, end } = state;
  let at = state.at;
  for (; at < end; at += 1) {
    if (bytes[at] === NEWLINE) state.line += 1;
    if (bytes[at] !== DOUBLE) continue;
    if (at + 1 === end && !state.isLast) break;
    if (bytes[at + 1] !== DOUBLE || at + 1 === end) return close(state, { at, mark: '"' });
    at += 1;
  }
  state.at = at;
  return false;
}

/** Ends the quoted text at the quote at `at`. */
function close(state: LexerState, { at, mark }: { readonly at: number; readonly mark: '"' | "'" }): true {
  const { bytes, from, statement } = state;
  if (wantsToken(statement)) {
    const text = at - from <= TOKEN_MAX_BYTES ? bytes.toString('utf8', from, at).replaceAll(mark + mark, mark) : '';
    addToken(statement, mark + text);
  }
  state.from = -1;
  state.at = at + 1;
  state.mode = 'code';
  return true;
}

/** $tag$ … $tag$: the text between is not interpreted. */
export function scanDollarString(state: LexerState): boolean {
  const { bytes, end, dollarTag: tag } = state;
  const found = bytes.indexOf(tag, state.at);
  const isFound = found >= 0 && found + tag.length <= end;
  const to = isFound ? found + tag.length : Math.max(state.at, end - tag.length + 1);
  state.line += countNewlines(bytes.subarray(state.at, to));
  state.at = to;
  if (isFound) state.mode = 'code';
  return isFound;
}

/** The tag at `at`, with both dollar signs; undefined if more bytes are needed; null if no tag begins here. */
export function readDollarTag({ bytes, end, at, isLast }: LexerState): Buffer | undefined | null {
  for (let next = at + 1; next < end; next += 1) {
    const byte = bytes[next] ?? 0;
    if (byte === DOLLAR) return Buffer.from(bytes.subarray(at, next + 1));
    const isDigit = byte >= 0x30 && byte <= 0x39;
    const isLetter = byte === 0x5f || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
    if (!isLetter && (!isDigit || next === at + 1)) return null; // letters beyond ASCII too: pg_dump uses none
    if (next - at > TOKEN_MAX_BYTES) return null;
  }
  return isLast ? null : undefined;
}
