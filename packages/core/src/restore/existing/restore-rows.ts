import { type Context, numberOf } from '@postgres-backuper/base';
import { type Server, watchedByServer } from '@postgres-backuper/postgres';
import { chooseEntries } from '../choose-entries.ts';
import type { DumpTexts } from '../copy-session.ts';
import { dumpTexts } from '../dump-texts.ts';
import { fileNamed, readFileWhole } from '../file-stream.ts';
import type { LoadedTable } from '../load-table.ts';
import { openToc, TOC_FILE } from '../open-toc.ts';
import type { OpenedBackup } from '../opened-backup.ts';
import { createSegments, type Segments } from '../segments.ts';
import { type ObjectSelection, selectObjects } from '../select-objects.ts';
import { blockingError, listed, tellFindings } from '../target/finding.ts';
import { type ExaminedRows, examineRows, type RowsRequest } from './examine-rows.ts';
import { type LoadRowsRequest, loadRows } from './load-rows.ts';
import { type WantedRows, wantedRows } from './wanted-rows.ts';

export interface RestoreRowsRequest extends LoadRowsRequest {
  /** Undefined: every table. */
  readonly selection?: ObjectSelection | undefined;
}

export interface RestoredRows {
  readonly loaded: readonly LoadedTable[];
  /** What was not done: sentences. */
  readonly leftOut: readonly string[];
  readonly dump: DumpTexts;
}

/**
 * Loads the rows of a backup into tables of a database that exists: check → load → commit, all or nothing. Errors:
 * those of examineRows and loadRows, selection-empty, catalog-invalid; what blocks as blockingError says.
 */
export async function restoreRows(
  backup: OpenedBackup,
  request: RestoreRowsRequest,
  { server, context }: { readonly server: Server; readonly context: Context },
): Promise<RestoredRows> {
  const { examined, segments, wanted, dump } = await examine(backup, request, { server, context });
  const error = blockingError(examined.findings);
  if (error !== undefined) throw error;
  const { client, plan, facts } = examined;
  if (client === undefined || plan === undefined || facts === undefined) throw new Error('nothing was examined');
  tellFindings(examined.findings, context.emit);
  const how = request.truncate ? 'replacing' : 'appending';
  context.emit({ type: 'phase', phase: 'data', text: `${how} the rows of ${numberOf(plan.tables.length, 'table')}` });
  const watched = { client, maintenanceDatabases: [request.database], sessions: 1 };
  const services = { backup, segments, wanted, dump, client, plan };
  const loaded = await watchedByServer(watched, context, () => loadRows(request, services, context));
  const views = facts.materializedViews.map(({ schema, name }) => `${schema}.${name}`);
  const stale = `not refreshed: materialized views ${listed(views)}, which read these tables`;
  return { loaded, leftOut: [...wanted.leftOut, ...(views.length === 0 ? [] : [stale])], dump };
}

/** As a restore of rows does before it begins. Errors: those of examineRows, selection-empty, catalog-invalid. */
export async function planRestoreRows(
  backup: OpenedBackup,
  request: Omit<RestoreRowsRequest, 'lockTimeoutMs'>,
  services: { readonly server: Server; readonly context: Context },
): Promise<Pick<ExaminedRows, 'findings' | 'serverVersion'> & { readonly wanted: WantedRows }> {
  const { examined, wanted } = await examine(backup, request, services);
  return { ...examined, wanted };
}

async function examine(
  backup: OpenedBackup,
  request: RowsRequest & Pick<RestoreRowsRequest, 'selection'>,
  { server, context }: { readonly server: Server; readonly context: Context },
): Promise<{ examined: ExaminedRows; segments: Segments; wanted: WantedRows; dump: DumpTexts }> {
  const { catalog } = backup;
  const segments = createSegments(backup, { files: catalog.files, keep: KEPT_SEGMENTS }, context.signal);
  const archive = await readFileWhole(segments, fileNamed(catalog, TOC_FILE));
  const toc = openToc(archive, catalog);
  const selected = selectObjects(catalog, toc, request.selection);
  const { kept } = chooseEntries(toc, { ...ALL, needed: selected.needed });
  const wanted = wantedRows(backup, toc, { selected, kept });
  const files = new Set(wanted.tables.map(({ table }) => table.file));
  segments.only(catalog.files.filter(({ name }) => files.has(name)));
  context.emit({ type: 'phase', phase: 'check', text: `checking the tables of '${request.database}'` });
  const dump = dumpTexts(backup, toc);
  const examined = await examineRows(request, { server, catalog, archive, wanted, dump }, context);
  return { examined, segments, wanted, dump };
}

/** In memory at once. */
const KEPT_SEGMENTS = 3;
const ALL = { privileges: false, policies: false, replication: false, schemaOnly: false };
