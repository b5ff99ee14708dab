/** What is sent of a run: no text of an event or error, which may name tables. */
export interface RunRecord {
  readonly command: string;
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly begunAt: number;
  readonly endedAt: number;
  readonly exit: number;
  /** Undefined: the command did what it should. */
  readonly errorCode: string | undefined;
  /** The server, as host and port or socket; undefined: the command has none. */
  readonly server?: string | undefined;
  /** The database, if it is one. */
  readonly database?: string | undefined;
  readonly steps: readonly Step[];
  readonly measurements: readonly Measurement[];
}

/** One phase; times are milliseconds since 1970. */
export interface Step {
  readonly name: string;
  readonly begunAt: number;
  readonly endedAt: number;
}

/** A metric with its samples. */
export interface Measurement {
  readonly name: string;
  /** In UCUM. */
  readonly unit: string;
  readonly help: string;
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}
