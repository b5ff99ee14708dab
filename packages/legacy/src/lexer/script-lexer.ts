import { BackuperError } from '@postgres-backuper/base';
import { scanCode } from './lex-code.ts';
import { scanBlockComment, scanLineComment } from './lex-comment.ts';
import { scanCopyData, scanCopyLine } from './lex-copy.ts';
import { scanBitString, scanDollarString, scanEscapeString, scanIdentifier, scanString } from './lex-quoted.ts';
import { finishStatement } from './lex-statement.ts';
import { append, createState, type LexerState, type Mode } from './lexer-state.ts';
import type { ScriptPart } from './script-part.ts';
import { isClosed } from './statement-builder.ts';

export interface ScriptLexer {
  /** The parts that end in this chunk, which continues the last one. Errors: script-refused, object-altered. */
  push(chunk: Buffer): readonly ScriptPart[];
  /** The last part. False: the script ends inside of something. */
  end(): { readonly parts: readonly ScriptPart[]; readonly isComplete: boolean };
}

/** Each goes on until its mode ends, or more bytes are needed: false. */
const SCAN: Readonly<Record<Mode, (state: LexerState) => boolean>> = {
  code: scanCode,
  string: scanString,
  'escape-string': scanEscapeString,
  'bit-string': scanBitString,
  identifier: scanIdentifier,
  'dollar-string': scanDollarString,
  'line-comment': scanLineComment,
  'block-comment': scanBlockComment,
  'copy-line': scanCopyLine,
  'copy-data': scanCopyData,
};

/**
 * Splits a script into its statements by the rules of psql (psqlscan.l) and of the server (scan.l), which differ in few
 * places; what would be one thing for one of them, or for another version, and another for the other is refused: no dump
 * holds it. Holds one statement in memory, and of COPY data what came last.
 */
export function createScriptLexer(): ScriptLexer {
  const state = createState();
  let isFirst = true;
  const run = (): ScriptPart[] => {
    while (SCAN[state.mode](state));
    return state.parts.splice(0);
  };
  return {
    push(chunk) {
      if (chunk.includes(0)) throw binary();
      append(state, chunk);
      if (isFirst && state.end < 3) return [];
      if (isFirst && state.bytes.subarray(0, 3).equals(BYTE_ORDER_MARK)) state.at = 3;
      isFirst = false;
      return run();
    },
    end() {
      state.isLast = true;
      const parts = run();
      const isComplete = (state.mode === 'code' || state.mode === 'line-comment') && isClosed(state.statement);
      if (isComplete && state.begin >= 0) finishStatement(state, { isEnded: false });
      return { parts: [...parts, ...state.parts.splice(0)], isComplete };
    },
  };
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

function binary(): BackuperError {
  return new BackuperError('object-altered', 'the file holds bytes 0: it is not plain SQL, or is damaged', {
    hint: 'give a dump as pg_dump writes it, in one of its formats',
  });
}
