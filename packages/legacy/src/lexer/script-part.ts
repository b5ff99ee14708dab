/**
 * A word of a statement's beginning: keywords and unquoted names in lower case, a quoted name as `"Name`, a string as
 * `'text`, anything else as its one character.
 */
export type Token = string;

/** One statement as psql sends it. */
export interface Statement {
  readonly kind: 'statement';
  /** From its first word to its semicolon. */
  readonly text: Buffer;
  /** False: the last one of a file, without a semicolon. */
  readonly isEnded: boolean;
  /** Of its first word, from 1. */
  readonly line: number;
  /**
   * The first words outside parentheses, with those that open: of the statement, then of what stands behind each semicolon inside of it (a
   * function body in SQL, a rule), for the server takes each of them as a statement where psql has not seen its end.
   */
  readonly heads: readonly (readonly Token[])[];
  /** It would end elsewhere with another value of standard_conforming_strings or client_encoding than these. */
  readonly isUnsure: boolean;
  readonly standardStrings: boolean;
  /** As the file set it last. */
  readonly clientEncoding: string | undefined;
}

/** A part of a script. */
export type ScriptPart =
  | Statement
  /** Some rows behind a COPY statement, or all; the last part of them ends with the line `\.`. */
  | { readonly kind: 'data'; readonly bytes: Buffer }
  /** A command of psql that pg_dump or pg_dumpall writes. */
  | { readonly kind: 'connect'; readonly database: string; readonly line: number }
  /** A comment by which pg_dump and pg_dumpall begin and end. */
  | { readonly kind: 'mark'; readonly mark: Mark };

export type Mark = 'dump' | 'dump-complete' | 'cluster' | 'cluster-complete';
