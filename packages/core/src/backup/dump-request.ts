import type { Selection } from '@postgres-backuper/postgres';

export interface DumpDatabaseRequest {
  readonly label: string;
  readonly selection: Selection;
  readonly jobs: number;
  /** That the dump takes, jobs and others. */
  readonly connections: number;
  /** Tables of so many bytes on disk are read by several sessions, each other rows of them; absent: none. */
  readonly splitFromBytes?: number | undefined;
  readonly segmentBytes: number;
  readonly lockTimeoutMs: number;
  readonly yieldAfterMs: number | undefined;
  readonly globals: boolean;
  /** Roles are read in the first of them that can be reached, else in the database itself. Default: postgres, template1. */
  readonly maintenanceDatabases?: readonly string[];
  readonly largeObjects: boolean;
  readonly encrypted: boolean;
}
