import type { CommandDocument } from '../host.ts';

/** All that metrics are made of. */
export interface Measured {
  readonly document: CommandDocument;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Since the command began. */
  readonly elapsedMs: number;
  /** Calls to a repository that were tried again. */
  readonly retries: number;
  /** The names of backups in the settings; empty: the command takes all that are there; undefined: they are not known. */
  readonly names: readonly string[] | undefined;
  /** After the command, without those that could not be read in time. */
  readonly repositories: readonly RepositoryState[];
}

export interface RepositoryState {
  readonly location: string;
  readonly names: readonly NameState[];
  /** Undefined: the storage does not report it. */
  readonly usage: { readonly freeBytes: number; readonly totalBytes: number } | undefined;
  readonly forecast:
    | {
        /** Undefined: not soon. Milliseconds since 1970. */
        readonly fullAt: number | undefined;
      }
    | undefined;
}

/** What a repository holds of one name. */
export interface NameState {
  readonly name: string;
  /** The newest usable backup; undefined: there is none. */
  readonly newest: NewestState | undefined;
  /** All readable backups, good or not. */
  readonly held: { readonly backups: number; readonly storedBytes: number };
  /** Backups that cannot be read or failed a verification. */
  readonly bad: number;
  /** The last good verification of any backup: milliseconds since 1970. */
  readonly verifiedAt: Readonly<Partial<Record<'stored' | 'content' | 'restore', number>>>;
  /** Objects of runs that stored no backup and gave no sign of life for two hours. */
  readonly leftOvers: { readonly runs: number; readonly storedBytes: number };
}

export interface NewestState {
  readonly label: string;
  /** ISO 8601: the time of its snapshot. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** Of a differential: what its full stores; undefined: a full. */
  readonly fullBytes: number | undefined;
  readonly totals: {
    readonly rawBytes: number;
    readonly storedBytes: number;
    readonly rows: number;
    readonly tables: number;
    readonly segments: number;
  };
}
