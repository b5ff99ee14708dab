/** The steps a user sees, in the words of docs/. */
export type Phase =
  | 'check'
  | 'before'
  | 'connect'
  | 'snapshot'
  | 'dump'
  | 'confirm'
  | 'validate'
  | 'rotate'
  | 'after'
  | 'catalog'
  | 'create-database'
  | 'pre-data'
  | 'data'
  | 'post-data'
  | 'transform'
  | 'assert'
  | 'analyze'
  | 'compare'
  | 'read-back'
  | 'install';

/** A snapshot of a running transfer; `total*` is absent while unknown. */
export interface Progress {
  /** Uncompressed bytes so far. */
  readonly rawBytes: number;
  /** Bytes sent to (or read from) the storage so far. */
  readonly storedBytes: number;
  readonly tablesDone: number;
  readonly tablesTotal: number;
  /** Expected uncompressed bytes: an estimate while a dump runs. */
  readonly totalBytes?: number;
  readonly elapsedMs: number;
  /** The current item, e.g. a table's name. May hold any character: reporters must escape it. */
  readonly current?: string;
}

/** Everything a running command reports. Texts may hold any character: reporters must escape them for their host. */
export type Event =
  | { readonly type: 'phase'; readonly phase: Phase; readonly text: string }
  | { readonly type: 'progress'; readonly progress: Progress }
  /** `isRetry`: a call to a repository is tried again. */
  | { readonly type: 'notice'; readonly text: string; readonly isRetry?: true }
  | { readonly type: 'warning'; readonly text: string; readonly hint?: string | undefined }
  | { readonly type: 'detail'; readonly text: string };

export type Emit = (event: Event) => void;
