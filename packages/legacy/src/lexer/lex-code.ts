import { lexBackslash } from './lex-backslash.ts';
import { beginQuote } from './lex-quoted.ts';
import { beginWord, finishStatement } from './lex-statement.ts';
import { lexColon, lexDollar, lexNumber, lexWord } from './lex-word.ts';
import type { LexerState } from './lexer-state.ts';
import { refused } from './refused.ts';
import * as byte from './sql-bytes.ts';
import { addSemicolon, addToken, closeParen, openParen, wantsToken } from './statement-builder.ts';

const NEWLINE = 0x0a;
/** Bounds memory: a packed file of a few kilobytes could hold hundreds of millions. */
const HEADS_MAX = 4096;

/** Scans outside of quotes and comments. Returns true if another mode began. */
export function scanCode(state: LexerState): boolean {
  const { bytes, end } = state;
  while (state.at < end) {
    const kind = byte.CLASSES[bytes[state.at] ?? 0] as byte.ByteClass;
    if (kind === byte.BLANK) {
      if (bytes[state.at] === NEWLINE) state.line += 1;
      state.at += 1;
    } else {
      if (!lexToken(state, kind)) return false;
      if (state.mode !== 'code') return true;
    }
  }
  return false;
}

/** Returns false if more bytes are needed to identify the token. */
function lexToken(state: LexerState, kind: Exclude<byte.ByteClass, typeof byte.BLANK>): boolean {
  switch (kind) {
    case byte.LETTER:
      return lexWord(state);
    case byte.DIGIT:
      return lexNumber(state);
    case byte.QUOTE:
      return beginQuote(state, state.standardStrings ? 'string' : 'escape-string');
    case byte.DOUBLE:
      return beginQuote(state, 'identifier');
    case byte.DOLLAR:
      return lexDollar(state);
    case byte.DASH:
      return beginComment(state, 'line-comment');
    case byte.SLASH:
      return beginComment(state, 'block-comment');
    case byte.BACKSLASH:
      return lexBackslash(state);
    case byte.SEMICOLON:
      return lexSemicolon(state);
    case byte.OPEN:
      beginWord(state);
      openParen(state.statement);
      break;
    case byte.CLOSE:
      beginWord(state);
      closeParen(state.statement);
      break;
    case byte.COLON:
      return lexColon(state);
    case byte.OTHER:
      lexOther(state);
  }
  state.at += 1;
  return true;
}

function beginComment(state: LexerState, mode: 'line-comment' | 'block-comment'): boolean {
  const { bytes, at, end, isLast } = state;
  if (at + 1 === end && !isLast) return false;
  const second = mode === 'line-comment' ? '-' : '*';
  if (at + 1 === end || bytes[at + 1] !== second.charCodeAt(0)) {
    lexOther(state);
    state.at += 1;
    return true;
  }
  if (mode === 'line-comment' && state.begin < 0) state.from = at;
  state.commentDepth = 1;
  state.at += 2;
  state.mode = mode;
  return true;
}

function lexSemicolon(state: LexerState): true {
  state.at += 1;
  if (addSemicolon(state.statement) && state.begin >= 0) finishStatement(state, { isEnded: true });
  if (state.statement.heads.length > HEADS_MAX) throw refused(`a statement that holds ${HEADS_MAX} others`, state.line);
  return true;
}

function lexOther(state: LexerState): void {
  beginWord(state);
  if (wantsToken(state.statement)) addToken(state.statement, String.fromCharCode(state.bytes[state.at] ?? 0));
}
