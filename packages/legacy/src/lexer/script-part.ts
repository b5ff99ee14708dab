/**
 * A word at the beginning of a statement: a keyword or unquoted name in lower case, a quoted name as `"Name`, a string
 * as `'text`, anything else as a single character.
 */
export type Token = string;

/** One statement as psql sends it. */
export interface Statement {
  readonly kind: 'statement';
  /** From its first word to its semicolon. */
  readonly text: Buffer;
  /** False for the last statement of a file without a semicolon. */
  readonly isEnded: boolean;
  /** Line of its first word, from 1. */
  readonly line: number;
  /**
   * The first words outside of parentheses, with each opening one: of the statement, then of the text after each
   * semicolon inside of it (an SQL function body, a rule), since the server may read that text as another statement.
   */
  readonly heads: readonly (readonly Token[])[];
  /** With other values of standard_conforming_strings or client_encoding the statement would end elsewhere. */
  readonly isUnsure: boolean;
  readonly standardStrings: boolean;
  /** The last value set in the file. */
  readonly clientEncoding: string | undefined;
}

/** A part of a script. */
export type ScriptPart =
  | Statement
  /** Some or all rows after a COPY statement; their last part ends with the line `\.`. */
  | { readonly kind: 'data'; readonly bytes: Buffer }
  /** A psql command written by pg_dump or pg_dumpall. */
  | { readonly kind: 'connect'; readonly database: string; readonly line: number }
  /** A comment at the beginning or end of the output of pg_dump and pg_dumpall. */
  | { readonly kind: 'mark'; readonly mark: Mark }
  /** The comment of pg_dump about the server, e.g. `9.6.24 (Debian 9.6.24-1)`. */
  | { readonly kind: 'origin'; readonly serverVersion: string };

export type Mark = 'dump' | 'dump-complete' | 'cluster' | 'cluster-complete';
