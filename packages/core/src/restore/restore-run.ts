import type { Context } from '@postgres-backuper/base';
import {
  type Client,
  type ConnectGrant,
  onDatabase,
  openMaintenanceSession,
  type Session,
  type SqlFile,
  sql,
  type Toc,
} from '@postgres-backuper/postgres';
import type { ChosenEntries } from './choose-entries.ts';
import type { LiveSource } from './compare-live.ts';
import type { DumpTexts } from './copy-session.ts';
import type { OpenedBackup } from './opened-backup.ts';
import type { RestoreParts, Sharing } from './parts/sharing.ts';
import type { PreparedTarget } from './prepare-target.ts';
import type { Segments } from './segments.ts';
import type { ObjectSelection, SelectedObjects } from './select-objects.ts';
import type { TargetRequest } from './target-request.ts';

export interface RestoreDatabaseRequest extends TargetRequest {
  readonly jobs: number;
  /** Undefined: everything. */
  readonly selection?: ObjectSelection | undefined;
  /** False leaves subscriptions and publications out, as a drill does. */
  readonly replication: boolean;
  /** Ends at the first object or table that the server refuses, and undoes everything. */
  readonly strict: boolean;
  /** Makes statistics of the new tables. */
  readonly analyze: boolean;
  /** `new`: creates the database; `resume`: continues an interrupted restore; `scratch`: creates one that is always dropped. */
  readonly mode: 'new' | 'resume' | 'scratch';
  /** Change the rows before others may connect. Default: none. */
  readonly transforms?: readonly SqlFile[];
  /** Files of the user's assertions about the rows. Default: none. */
  readonly asserts?: readonly SqlFile[];
  /** Its rows are counted, too. Default: they are not. */
  readonly live?: LiveSource | undefined;
  /** Shares the large tables out to other jobs. Default: this run does all. */
  readonly parts?: RestoreParts | undefined;
}

/** What can be resumed after an error; it changes while the restore runs. */
export interface Resumable {
  /** Whether the database has a journal. */
  journal: boolean;
  /** Extensions of a database that the restore did not create; undefined: it creates the database. */
  extensionsBefore: readonly string[] | undefined;
  /** Dump ids of entries and tables that an earlier run has done. */
  done: ReadonlySet<number>;
  /** Tables loaded by this run. */
  tables: number;
  /** Whether other jobs may have loaded rows. Default: false. */
  isShared?: boolean;
  /** Who may connect once files have changed the rows; undefined: there are none. */
  connect?: readonly ConnectGrant[] | undefined;
}

/** What the steps of one restore share. */
export interface RestoreRun {
  readonly request: RestoreDatabaseRequest;
  readonly backup: OpenedBackup;
  readonly segments: Segments;
  readonly target: PreparedTarget;
  readonly toc: Toc;
  readonly selected: SelectedObjects;
  readonly chosen: ChosenEntries;
  readonly dump: DumpTexts;
  readonly resumable: Resumable;
  /** Undefined: this run does all. */
  readonly sharing?: Sharing | undefined;
  readonly context: Context;
}

/** The server's new database. */
export function onNew({ request, target }: Pick<RestoreRun, 'request' | 'target'>): Client {
  return { ...target.client, server: onDatabase(target.client.server, request.database) };
}

/**
 * Runs statements about the new database, which may contain bytes of SQL_ASCII that no other database accepts. Errors:
 * those of openMaintenanceSession and of `use`.
 */
export async function onProperties(run: RestoreRun, use: (session: Session) => Promise<void>): Promise<void> {
  const { request, backup } = run;
  if (backup.catalog.database.encoding !== 'SQL_ASCII') return onMaintenance(run, use);
  return onMaintenance({ ...run, request: { ...request, maintenanceDatabases: [request.database] } }, use);
}

/**
 * Runs statements with names in the encoding of the new database: in it, with client_encoding SQL_ASCII, the server
 * takes their bytes unchanged. Errors: those of openMaintenanceSession and of `use`.
 */
export async function inItsEncoding(run: RestoreRun, use: (session: Session) => Promise<void>): Promise<void> {
  const { request } = run;
  await onMaintenance(
    { ...run, request: { ...request, maintenanceDatabases: [request.database] } },
    async (session) => {
      await session.execute(sql`SET client_encoding = 'SQL_ASCII'`);
      await use(session);
    },
  );
}

/** Runs statements in a maintenance database. Errors: those of openMaintenanceSession and of `use`. */
export async function onMaintenance(
  { request, target, context }: Pick<RestoreRun, 'request' | 'target' | 'context'>,
  use: (session: Session) => Promise<void>,
): Promise<void> {
  const session = await openMaintenanceSession(target.client, request.maintenanceDatabases, context);
  try {
    await use(session);
  } finally {
    await session.close();
  }
}
