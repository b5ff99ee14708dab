import { type Context, numberOf } from '@postgres-backuper/base';
import type { Server } from '@postgres-backuper/postgres';
import type { PassedOver, Repository, Target } from '@postgres-backuper/repository';
import type { OpenedBackup } from './restore/opened-backup.ts';
import { readingBackup } from './restore/reading-backup.ts';
import { restoreDatabase } from './restore/restore-database.ts';
import { leftOutOf } from './restore/restore-passes.ts';
import { selectTables } from './restore/select-tables.ts';

export interface RestoreRequest {
  readonly name: string;
  readonly target: Target;
  /** Name of the new database; without it the original's. */
  readonly into?: string | undefined;
  /** Tried in order for the connection that creates the database. */
  readonly maintenanceDatabases: readonly string[];
  readonly jobs: number;
  /** Gives everything to its original owners; they must exist. */
  readonly owner: boolean;
  readonly privileges: boolean;
  /** The original ones, which must exist. False: everything is in the server's default tablespace. Default: true. */
  readonly tablespaces?: boolean;
  /** Loads only these (`schema.table`): all definitions but foreign keys, no large objects. */
  readonly tables?: readonly string[];
}

export interface RestoredTable {
  readonly schema: string;
  readonly table: string;
  /** Counted by the server; always equal to `expectedRows`. */
  readonly rows: number;
  readonly expectedRows: number;
  readonly bytes: number;
  /** The bytes that were sent have the SHA-256 of the backup, and the server counted its rows. */
  readonly proof: 'counted';
}

export interface RestoreResult {
  readonly label: string;
  /** The new database. */
  readonly database: string;
  readonly tables: readonly RestoredTable[];
  readonly durationMs: number;
  /** Whether the commit's origin was checked with a signer key. */
  readonly originChecked: boolean;
  /** Newer backups that do not count, newest first; empty where a label was given. */
  readonly passedOver: readonly PassedOver[];
  /** What the new database lacks because only some tables were requested: sentences. */
  readonly leftOut: readonly string[];
}

/**
 * Restores a backup into a database that it creates: find → check → create → pre-data → data → post-data → compare.
 * An existing database is never touched; on any error nothing is left. Errors: those of openBackup and
 * restoreDatabase, selection-empty.
 */
export async function restore(
  request: RestoreRequest,
  { server, repository }: { readonly server: Server; readonly repository: Repository },
  context: Context,
): Promise<RestoreResult> {
  const use = (backup: OpenedBackup) => restoreOpened(request, { backup, server }, context);
  return readingBackup(request, { repository, use }, context);
}

async function restoreOpened(
  request: RestoreRequest,
  { backup, server }: { readonly backup: OpenedBackup; readonly server: Server },
  context: Context,
): Promise<RestoreResult> {
  const begunAt = context.clock.elapsed();
  const { catalog, passedOver, repository } = backup;
  const database = request.into ?? catalog.database.name;
  const tables = selectTables(catalog, request.tables);
  const whole = request.tables === undefined || request.tables.length === 0;
  const { loaded } = await restoreDatabase(
    backup,
    { tablespaces: true, ...request, database, tables, whole, replication: true, policies: true },
    { server, context },
  );
  context.emit({
    type: 'phase',
    phase: 'compare',
    text: `${numberOf(loaded.length, 'table')} compared: the rows are those of the backup`,
  });
  return {
    label: catalog.label,
    database,
    tables: loaded.map(({ table, rows }) => describe(table, rows)).sort(byName),
    durationMs: Math.round(context.clock.elapsed() - begunAt),
    originChecked: repository.trusted !== undefined,
    passedOver,
    leftOut: leftOutOf(backup, { whole }),
  };
}

function describe(
  table: { readonly schema: string; readonly table: string; readonly rows: number; readonly bytes: number },
  rows: number,
): RestoredTable {
  const { schema, bytes } = table;
  return { schema, table: table.table, rows, expectedRows: table.rows, bytes, proof: 'counted' };
}

function byName(a: RestoredTable, b: RestoredTable): number {
  return a.schema < b.schema || (a.schema === b.schema && a.table < b.table) ? -1 : 1;
}
