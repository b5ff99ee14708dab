import type { LexerState } from './lexer-state.ts';
import type { Mark } from './script-part.ts';

const [NEWLINE, RETURN, STAR, SLASH] = [0x0a, 0x0d, 0x2a, 0x2f];
const MARKS: Readonly<Record<string, Mark>> = {
  '-- PostgreSQL database dump': 'dump',
  '-- PostgreSQL database dump complete': 'dump-complete',
  '-- PostgreSQL database cluster dump': 'cluster',
  '-- PostgreSQL database cluster dump complete': 'cluster-complete',
};
const ORIGIN = /^-- Dumped from database version (.+)$/;
/** The name of a distribution behind a version is the longest text of these comments. */
const MARK_MAX_BYTES = 256;

/** Scans to the end of the line, without its newline. */
export function scanLineComment(state: LexerState): boolean {
  const { bytes, end } = state;
  let at = state.at;
  while (at < end && bytes[at] !== NEWLINE && bytes[at] !== RETURN) at += 1;
  state.at = at;
  if (state.from >= 0 && at - state.from > MARK_MAX_BYTES) state.from = -1;
  if (at === end && !state.isLast) return false;
  if (state.from >= 0) addMark(state);
  state.mode = 'code';
  return true;
}

function addMark(state: LexerState): void {
  const text = state.bytes.toString('latin1', state.from, state.at).trimEnd();
  const mark = MARKS[text];
  if (mark !== undefined) state.parts.push({ kind: 'mark', mark });
  const serverVersion = ORIGIN.exec(text)?.[1];
  if (serverVersion !== undefined) state.parts.push({ kind: 'origin', serverVersion });
  state.from = -1;
}

/** Block comments nest. */
export function scanBlockComment(state: LexerState): boolean {
  const { bytes, end } = state;
  let at = state.at;
  for (; at + 1 < end; at += 1) {
    const [byte, next] = [bytes[at], bytes[at + 1]];
    if (byte === NEWLINE) state.line += 1;
    if (byte === STAR && next === SLASH) state.commentDepth -= 1;
    else if (byte === SLASH && next === STAR) state.commentDepth += 1;
    else continue;
    at += 1;
    if (state.commentDepth > 0) continue;
    state.at = at + 1;
    state.mode = 'code';
    return true;
  }
  state.at = at;
  return false;
}
