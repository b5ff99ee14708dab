import type { RestoreJob } from '../restore-graph.ts';
import type { GraphResult, GraphServices } from '../run-graph.ts';

/** How a restore is shared out to several jobs. */
export interface RestoreParts {
  readonly count: number;
  /** False: this run loads none of the large tables, and waits for the others. */
  readonly holderWorks: boolean;
  /** How long it then waits while nobody works, milliseconds. */
  readonly timeoutMs: number;
}

/** What one of several jobs brought into the database. */
export interface RestoredPart {
  /** `2/4`, `next/4`, and the machine where it is known; null: the run that made the database. */
  readonly worker: string | null;
  /** Tables of which it loaded all rows, or a slice. */
  readonly tableCount: number;
  readonly rows: number;
  readonly bytes: number;
}

/** The restore as the run that makes the database shares it. */
export interface Sharing {
  /** Dump ids of the tables that it shares in slices: those that an earlier run loaded count. Pure. */
  inSlices(jobs: readonly RestoreJob[]): ReadonlySet<number>;
  /**
   * As runGraph: the small tables by this run, the large ones and their indexes by whoever comes. Errors: also
   * parts-missing.
   */
  load(jobs: readonly RestoreJob[], services: GraphServices): Promise<GraphResult>;
  /** Tells the others that nothing is left, and waits until they have left the database. Returns what each of them did. */
  end(): Promise<readonly RestoredPart[]>;
  /** Whoever comes then finds no run that shares anything. */
  close(): Promise<void>;
}
