import { BackuperError } from '@postgres-backuper/base';
import type { ScriptPart } from './script-part.ts';
import { beginStatement, type StatementBuilder } from './statement-builder.ts';

/** What the next byte belongs to. */
export type Mode =
  | 'code'
  | 'string'
  | 'escape-string'
  | 'bit-string'
  | 'identifier'
  | 'dollar-string'
  | 'line-comment'
  | 'block-comment'
  | 'copy-line'
  | 'copy-data';

export interface LexerState {
  /** Bytes not yet processed, up to `end`; parts that were returned are never overwritten. */
  bytes: Buffer;
  end: number;
  /** Next byte to read. */
  at: number;
  /** First byte of the statement; -1 between statements. */
  begin: number;
  /** First byte after a quote, or of a comment between statements; -1 if not needed. */
  from: number;
  isLast: boolean;
  mode: Mode;
  /** Line of `at`, from 1. */
  line: number;
  beginLine: number;
  statement: StatementBuilder;
  isUnsure: boolean;
  /** The last word was a string with escapes: after a newline another quote would continue it. */
  isBehindEscapes: boolean;
  commentDepth: number;
  dollarTag: Buffer;
  standardStrings: boolean;
  clientEncoding: string | undefined;
  readonly parts: ScriptPart[];
}

/** Longest statement that is held in memory, bytes. */
const STATEMENT_MAX_BYTES = 256 * 1024 * 1024;

export function createState(): LexerState {
  return {
    ...{ bytes: Buffer.alloc(0), end: 0, at: 0, begin: -1, from: -1, isLast: false, mode: 'code' as const },
    ...{ line: 1, beginLine: 1, statement: beginStatement(), isUnsure: false, isBehindEscapes: false },
    ...{ commentDepth: 0, dollarTag: Buffer.alloc(0), standardStrings: true, clientEncoding: undefined, parts: [] },
  };
}

/** Appends a chunk, in a buffer that doubles so that each byte is copied only a few times. Errors: script-refused. */
export function append(state: LexerState, chunk: Buffer): void {
  const keep = firstKept(state);
  const left = state.end - keep;
  if (left > STATEMENT_MAX_BYTES) throw tooLong(state);
  if (left === 0) {
    state.bytes = chunk;
  } else if (state.end + chunk.length <= state.bytes.length && keep < left) {
    state.end += chunk.copy(state.bytes, state.end);
    return;
  } else {
    const larger = Buffer.allocUnsafeSlow(2 * left + chunk.length);
    state.bytes.copy(larger, 0, keep, state.end);
    chunk.copy(larger, left);
    state.bytes = larger;
  }
  state.end = left + chunk.length;
  state.at -= keep;
  if (state.begin >= 0) state.begin -= keep;
  if (state.from >= 0) state.from -= keep;
}

function firstKept({ at, begin, from }: LexerState): number {
  if (begin >= 0) return begin;
  return from >= 0 ? from : at;
}

function tooLong({ beginLine }: LexerState): BackuperError {
  const megabytes = STATEMENT_MAX_BYTES / 1024 / 1024;
  return new BackuperError('script-refused', `the statement in line ${beginLine} is longer than ${megabytes} MiB`, {
    hint: 'load this file by hand, or make it again with COPY instead of INSERT',
  });
}
