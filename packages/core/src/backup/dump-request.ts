import type { Compression } from '@postgres-backuper/base';
import type { DatabaseIdentity } from '@postgres-backuper/format';
import type { Selection } from '@postgres-backuper/postgres';
import type { SetRole } from './choose-set.ts';
import type { HolderParts } from './parts/holder-parts.ts';
import type { UnreadRequest } from './unread.ts';

export interface DumpDatabaseRequest {
  readonly label: string;
  readonly selection: Selection;
  readonly jobs: number;
  /** Connections that the dump needs, those of the jobs among them. */
  readonly connections: number;
  /** A table of at least this many bytes on disk is read by several sessions, each its own rows; unset: none. */
  readonly splitFromBytes?: number | undefined;
  readonly segmentBytes: number;
  /** Default: zstd at level 1. */
  readonly compression?: Compression | undefined;
  readonly lockTimeoutMs: number;
  /** On a standby: nothing is replayed while the database is read. Default: false. */
  readonly pauseReplay?: boolean | undefined;
  readonly yieldAfterMs: number | undefined;
  readonly globals: boolean;
  /** Roles are read in the first reachable one, else in the database itself. Default: postgres, template1. */
  readonly maintenanceDatabases?: readonly string[];
  readonly largeObjects: boolean;
  readonly encrypted: boolean;
  /** Of backups in sets: what this one is in its set; undefined: a full without an index. */
  readonly roleOf?: (found: { readonly identity: DatabaseIdentity; readonly rawBytes: number }) => Promise<SetRole>;
  /** Undefined: every table is read. */
  readonly unread?: UnreadRequest | undefined;
  /** Undefined: this run reads all tables itself. */
  readonly parts?: HolderParts | undefined;
  /** Warnings that belong to the backup before it is made. */
  readonly remarks?: readonly string[];
}
