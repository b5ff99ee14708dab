import type { SqlFile } from '@postgres-backuper/postgres';
import type { Target } from '@postgres-backuper/repository';
import type { LiveSource } from './compare-live.ts';
import type { LeaveOut } from './entry-rules.ts';
import type { RestoreParts } from './parts/sharing.ts';
import type { ObjectSelection } from './select-objects.ts';
import type { LocaleRequest } from './target/with-locale.ts';
import type { Destination, TargetRequest } from './target-request.ts';

export interface RestoreRequest
  extends LeaveOut,
    LocaleRequest,
    Destination,
    Pick<TargetRequest, 'roleMap' | 'createRoles' | 'toOlder'> {
  readonly name: string;
  readonly target: Target;
  readonly jobs: number;
  /** Gives everything to its original owners; they must exist. */
  readonly owner: boolean;
  readonly privileges: boolean;
  /** The original ones, which must exist. False: everything is in the server's default tablespace. Default: true. */
  readonly tablespaces?: boolean;
  /** Only these objects, with what they need. Default: everything. */
  readonly selection?: ObjectSelection | undefined;
  /** False leaves out policies and user mappings. Default: true. */
  readonly policies?: boolean;
  /** Ends at the first object or table that the server refuses, and undoes everything. Default: false. */
  readonly strict?: boolean;
  /** Makes statistics of the new tables for the planner. Default: true. */
  readonly analyze?: boolean;
  /** Continues an interrupted restore of the same backup into the same database. Default: false. */
  readonly resume?: boolean;
  /** Only rows, into tables of the database `into`, which exists. Default: a whole database. */
  readonly rows?: RowsIntoTables | undefined;
  /** Files of the user that change the rows before others may connect to the database. Default: none. */
  readonly transforms?: readonly SqlFile[];
  /** Files of the user's assertions about the rows. Default: none. */
  readonly asserts?: readonly SqlFile[];
  /** Its rows are counted, too. Default: they are not. */
  readonly live?: LiveSource | undefined;
  /** A new schema in the database `into`, which exists, for tables of one schema. Default: they keep their schema. */
  readonly intoSchema?: string | undefined;
  /** Shares the large tables of a whole database out to other jobs. Default: this run does all. */
  readonly parts?: RestoreParts | undefined;
}

export interface RowsIntoTables {
  /** Empties the tables first. Default: their rows stay. */
  readonly truncate: boolean;
  /** How long to wait for the locks of others, milliseconds. */
  readonly lockTimeoutMs: number;
}
