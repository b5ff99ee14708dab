import { type BackuperError, type ErrorCode, isBackuperError } from '@postgres-backuper/base';
import type { CatalogTable } from '@postgres-backuper/format';
import { copyRows } from './copy-data.ts';
import type { CopySession } from './copy-session.ts';
import { fileNamed, streamPieces } from './file-stream.ts';
import type { OpenedBackup } from './opened-backup.ts';
import type { PlannedTable } from './plan-load.ts';
import type { LoadProgress } from './progress.ts';
import type { Segments } from './segments.ts';

export interface LoadedTable {
  readonly table: CatalogTable;
  /** Counted by the server. */
  readonly rows: number;
}

/** A table that lacks its rows: the server refused them, or they are damaged in the backup. */
export interface RefusedTable {
  readonly planned: PlannedTable;
  readonly error: BackuperError;
  /** Of slices, since the server did not let the table be emptied. Default: 0. */
  readonly rowsLeft?: number;
}

/** Observes a table before and while its rows are loaded, for the comparison of a drill. */
export interface LoadObserver {
  before?(planned: PlannedTable, session: CopySession): Promise<void>;
  rows?(planned: PlannedTable, rows: AsyncIterable<Buffer>): AsyncIterable<Buffer>;
}

export interface LoadServices {
  readonly backup: OpenedBackup;
  readonly segments: Segments;
  readonly progress: LoadProgress;
  readonly observer?: LoadObserver | undefined;
  /** Whether the database has a journal, which notes each table that is loaded. */
  readonly journal: boolean;
  readonly onLoaded?: () => void;
}

/**
 * Loads the rows of a table in one transaction, which commits after size and SHA-256 of all its rows and the server's
 * count were compared. Errors: restore-failed, server-unavailable, those of Segments.read, restore-differs.
 */
export async function loadTable(
  session: CopySession,
  planned: PlannedTable & { readonly searchPath?: string },
  services: LoadServices,
): Promise<LoadedTable> {
  const { table, copy, searchPath } = planned;
  const { observer, progress, journal } = services;
  const name = tableName(table);
  await observer?.before?.(planned, session);
  const pieces = streamPieces(services.segments, fileNamed(services.backup.catalog, table.file));
  const data = progress.watch(name, copyRows(pieces, table));
  const seen = observer?.rows?.(planned, data) ?? data;
  const isSmall = table.rows * ROW_BYTES + table.bytes <= PAGE_BYTES;
  const into = { copy, truncate: table.load === 'truncate', isSmall };
  const how = { searchPath, journal: journal ? table.dumpId : undefined };
  const rows = await session.load({ name, expectedRows: table.rows, ...into, ...how }, seen);
  progress.tableDone();
  services.onLoaded?.();
  return { table, rows };
}

/** Of PostgreSQL. On few pages rows stay in the order in which they came, also where the table is not emptied first. */
const PAGE_BYTES = 8192;
/** Of a row besides its values: header, pointer, padding. */
const ROW_BYTES = 32;

export function tableName({ schema, table }: Pick<CatalogTable, 'schema' | 'table'>): string {
  return `${schema}.${table}`;
}

/** Whether the rows of this table alone are the reason, so that the other tables can be loaded. */
export function concernsTable(error: unknown): error is BackuperError {
  return isRefusal(error) || isBackuperError(error, ...DAMAGE);
}

/** Whether the server may take the rows later. */
export function isRefusal(error: unknown): error is BackuperError {
  return isBackuperError(error, 'restore-failed', 'transaction-conflict');
}

/** Stored rows that are gone or altered. A catalog that contradicts them is not listed: somebody wrote it. */
const DAMAGE: readonly ErrorCode[] = [
  ...(['object-missing', 'object-altered', 'object-too-large', 'message-altered', 'restore-differs'] as const),
];
