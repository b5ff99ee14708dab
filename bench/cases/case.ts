/** A program that is not ours and not PostgreSQL's. */
export type Peer = 'gpg' | 'restic' | 'borg' | 'pgbackrest' | 'wal-g';

/**
 * One thing that is measured. Its steps are bash, run with `set -e -o pipefail` and the variables of prelude.ts;
 * only `run` is measured.
 */
export interface BenchCase {
  readonly name: string;
  /** What it is, for people. */
  readonly title: string;
  /** Which settings were chosen, and why, where that is not plain to see. */
  readonly note?: string;
  readonly needs?: readonly Peer[];
  /** Before the first round. */
  readonly prepare?: string;
  /** Before each run; OUT and the bucket are empty then. */
  readonly before?: string;
  readonly run: string;
  /** After the last run: fails unless what was made is whole. */
  readonly check: string;
  /** After each run. */
  readonly after?: string;
  /** Where the result lies; nowhere when left out. What `before` put there does not count. */
  readonly stored?: 'out' | 'bucket';
  /** The result is unencrypted, on the disk: it counts as temporary disk. */
  readonly isPlain?: boolean;
}

/** Which database the cases of a group work on. */
export type BenchDatabase =
  | {
      readonly kind: 'rows';
      /** The size asked for where none is said here. */
      readonly megabytes?: number;
      /** The only table that the cases touch. */
      readonly table?: string;
    }
  | { readonly kind: 'tables'; readonly tables: number }
  | { readonly kind: 'large-objects'; readonly objects: number }
  | { readonly kind: 'tenants'; readonly tenants: number };

/** Cases that are run in turn, and the one that the others are compared with. */
export interface Group {
  readonly name: string;
  readonly title: string;
  /** What a reader must know to judge the figures. */
  readonly text: string;
  readonly reference: string;
  /** Named in the table's head: what ×1 is. */
  readonly referenceTitle: string;
  readonly database: BenchDatabase;
  readonly major?: 15 | 18;
  /** Restores into a second server with PostgreSQL's own settings; its CPU time is the server's. */
  readonly hasTarget?: boolean;
  /** Figures that `run` notes itself, as lines `name value` in the file NOTES, and the heads of their columns. */
  readonly noted?: Readonly<Record<string, string>>;
  /** Only when it is named: takes long. */
  readonly isLong?: boolean;
  readonly cases: readonly BenchCase[];
}
