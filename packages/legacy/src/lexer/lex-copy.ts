import { countNewlines } from '@postgres-backuper/format';
import type { LexerState } from './lexer-state.ts';
import { refused } from './refused.ts';

const [TAB, NEWLINE, RETURN, SPACE] = [0x09, 0x0a, 0x0d, 0x20];
/** The beginning of the last line, which holds nothing else. */
const END = Buffer.from('\n\\.');

/** After the semicolon of COPY FROM STDIN psql reads the next line as data, and the rest of this line as SQL. */
export function scanCopyLine(state: LexerState): boolean {
  const { bytes, end } = state;
  while (state.at < end && [TAB, RETURN, SPACE].includes(bytes[state.at] ?? 0)) state.at += 1;
  if (state.at === end) return false;
  if (bytes[state.at] !== NEWLINE) throw refused('text after COPY FROM STDIN', state.line);
  state.mode = 'copy-data';
  return true;
}

/** From the newline before the first row to the one after `\.`. */
export function scanCopyData(state: LexerState): boolean {
  const { bytes, end } = state;
  let search = state.at;
  for (;;) {
    const found = bytes.indexOf(END, search);
    if (found < 0 || found >= end) {
      handOut(state, Math.max(state.at, end - END.length));
      return false;
    }
    const next = found + END.length;
    const newline = bytes[next] === RETURN ? next + 1 : next;
    if (newline >= end) {
      handOut(state, found);
      return false;
    }
    if (bytes[newline] === NEWLINE) {
      handOut(state, newline + 1);
      state.mode = 'code';
      return true;
    }
    search = next;
  }
}

function handOut(state: LexerState, to: number): void {
  if (to <= state.at) return;
  const bytes = state.bytes.subarray(state.at, to);
  state.line += countNewlines(bytes);
  state.at = to;
  state.parts.push({ kind: 'data', bytes });
}
