import { copySource } from './copy-source.ts';
import type { LexerState } from './lexer-state.ts';
import { refused } from './refused.ts';
import type { Statement } from './script-part.ts';
import { readSetting } from './setting.ts';
import { beginStatement } from './statement-builder.ts';

/** Begins a word, and a statement if it is the first one. */
export function beginWord(state: LexerState): void {
  state.isBehindEscapes = false;
  if (state.begin >= 0) return;
  state.begin = state.at;
  state.beginLine = state.line;
}

/** Ends the statement at `at`, where psql sends it. */
export function finishStatement(state: LexerState, { isEnded }: { readonly isEnded: boolean }): void {
  const { bytes, begin, at, beginLine, statement, isUnsure, standardStrings, clientEncoding } = state;
  const part: Statement = {
    kind: 'statement',
    text: bytes.subarray(begin, at),
    isEnded,
    line: beginLine,
    heads: statement.heads,
    isUnsure,
    standardStrings,
    clientEncoding,
  };
  state.parts.push(part);
  applySetting(state, part);
  state.begin = -1;
  state.isUnsure = false;
  state.isBehindEscapes = false;
  state.statement = beginStatement();
  if (part.heads.some((head) => copySource(head) === 'data')) {
    if (part.heads.length > 1) throw refused('COPY FROM STDIN beside another statement', part.line);
    state.mode = 'copy-line';
  }
}

function applySetting(state: LexerState, { heads, line }: Statement): void {
  for (const head of heads) {
    const setting = readSetting(head, line);
    if (setting?.name === 'standard_conforming_strings') state.standardStrings = setting.value;
    if (setting?.name === 'client_encoding') state.clientEncoding = setting.value;
  }
}
