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
  /** The parts that end in this chunk, which continues the previous one. Errors: script-refused, object-altered. */
  push(chunk: Buffer): readonly ScriptPart[];
  /** The last parts. `isComplete` is false if the script ends within a string, comment, or the like. */
  end(): { readonly parts: readonly ScriptPart[]; readonly isComplete: boolean };
}

/** Each scans to the end of its mode, or returns false if more bytes are needed. */
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
 * Splits a script into its statements by the rules of psql (psqlscan.l) and of the server (scan.l). Text that psql, the
 * server or their versions would read differently is refused: no dump holds it. Holds one statement in memory, or the
 * last part of COPY data.
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
