import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Context, numberOf } from '@postgres-backuper/base';
import {
  createDatabase,
  dropCreated,
  LARGE_OBJECTS_FILE,
  markUnfinished,
  onDatabase,
  type Server,
  type Toc,
  watchedByServer,
} from '@postgres-backuper/postgres';
import { fileNamed, readFileWhole } from './file-stream.ts';
import { type LoadedTable, type LoadObserver, loadTables } from './load-tables.ts';
import { openToc, TOC_FILE } from './open-toc.ts';
import type { OpenedBackup } from './opened-backup.ts';
import { type LoadPlan, planLoad } from './plan-load.ts';
import { type PreparedTarget, prepareTarget } from './prepare-target.ts';
import { createLoadProgress } from './progress.ts';
import { restoreLargeObjects, restorePostData, restorePreData, restoreSequences } from './restore-passes.ts';
import { restoreOwner, restoreProperties } from './restore-properties.ts';
import { onMaintenance, type RestoreDatabaseRequest, type RestoreRun } from './restore-run.ts';
import { createSegments } from './segments.ts';
import { tablespacesOf } from './target-tablespaces.ts';

/** How long a cancel waits for CREATE DATABASE, milliseconds. */
const CREATE_GRACE_MS = 2000;

export interface RestoredDatabase {
  readonly loaded: readonly LoadedTable[];
  readonly toc: Toc;
  readonly target: PreparedTarget;
}

/**
 * Checks (documents, then server) → create → pre-data → data → sequences → large objects → post-data → properties. On
 * any error or cancel, the database that it created is dropped, and only that one. Errors: those of prepareTarget,
 * createDatabase, runPgRestore, loadTables.
 */
export async function restoreDatabase(
  backup: OpenedBackup,
  request: RestoreDatabaseRequest,
  {
    server,
    observer,
    context,
  }: { readonly server: Server; readonly observer?: LoadObserver; readonly context: Context },
): Promise<RestoredDatabase> {
  const segments = createSegments(
    backup,
    { files: neededFiles(backup, request), keep: request.jobs + 2 },
    context.signal,
  );
  const tocBytes = await readFileWhole(segments, fileNamed(backup.catalog, TOC_FILE));
  const toc = openToc(tocBytes, backup.catalog);
  const plan = planLoad(backup, toc, request.tables);
  context.emit({ type: 'phase', phase: 'check', text: `checking the server for '${request.database}'` });
  const target = await prepareTarget(request, { server, catalog: backup.catalog, archive: tocBytes, toc }, context);
  if (!request.tablespaces) tellTablespaces(tablespacesOf(backup.catalog, toc), context);
  const archive = await mkdtemp(join(context.tempDir, 'restore-'));
  try {
    await mkdir(join(archive, 'dump'), { mode: 0o700 });
    await writeFile(join(archive, 'dump', 'toc.dat'), tocBytes, { mode: 0o600 });
    const run: RestoreRun = { request, backup, segments, target, archive, context };
    const { maintenanceDatabases, jobs } = request;
    const watched = { client: target.client, maintenanceDatabases, sessions: jobs + 1 };
    const loaded = await watchedByServer(watched, context, async () => {
      await create(run);
      return fill(run, plan, observer).catch(async (error: unknown) => {
        throw await undo(run, error);
      });
    });
    return { loaded, toc, target };
  } finally {
    await rm(archive, { recursive: true, force: true });
  }
}

function tellTablespaces(names: readonly string[], { emit }: Context): void {
  if (names.length === 0) return;
  const listed = names.map((name) => `'${name}'`).join(', ');
  emit({ type: 'notice', text: `left out of the restore: tablespaces ${listed}; everything is in the default one` });
}

/** A cancel waits up to CREATE_GRACE_MS here, so that it is known whether we created the database. */
async function create({ request, backup, target, context }: RestoreRun): Promise<void> {
  const { database: name, owner, tablespaces } = request;
  context.emit({ type: 'phase', phase: 'create-database', text: `creating database '${name}'` });
  const { database: properties, label } = backup.catalog;
  const patient = { ...context, signal: delayed(context, CREATE_GRACE_MS) };
  await onMaintenance({ request, target, context: patient }, (session) =>
    createDatabase(session, { name, properties, owner, tablespaces, serverMajor: target.serverMajor, label }),
  );
}

function delayed({ clock, signal }: Context, delayMs: number): AbortSignal {
  const later = new AbortController();
  const abort = (): void => void clock.sleep(delayMs, { idle: true }).then(() => later.abort(signal.reason));
  if (signal.aborted) later.abort(signal.reason);
  else signal.addEventListener('abort', abort, { once: true });
  return later.signal;
}

async function fill(run: RestoreRun, plan: LoadPlan, observer: LoadObserver | undefined): Promise<LoadedTable[]> {
  const { request, backup, segments, target, context } = run;
  context.signal.throwIfAborted();
  await onMaintenance(run, (session) =>
    markUnfinished(session, { name: request.database, label: backup.catalog.label }),
  );
  await restoreOwner(run);
  context.emit({ type: 'phase', phase: 'pre-data', text: 'restoring definitions' });
  await restorePreData(run);

  const bytes = request.tables.reduce((sum, table) => sum + table.bytes, 0);
  const text = `loading ${numberOf(request.tables.length, 'table')} with ${numberOf(request.jobs, 'session')}`;
  context.emit({ type: 'phase', phase: 'data', text });
  const totals = { tables: request.tables.length, bytes };
  const progress = createLoadProgress(totals, () => segments.storedBytes, context);
  const client = { ...target.client, server: onDatabase(target.client.server, request.database) };
  const services = { client, backup, segments, progress, observer };
  const loaded = await loadTables(plan, { jobs: request.jobs, services }, context).finally(() => progress.end());
  await restoreSequences(run);
  await restoreLargeObjects(run);

  context.emit({ type: 'phase', phase: 'post-data', text: 'building indexes and constraints' });
  await restorePostData(run);
  await restoreProperties(run);
  return loaded;
}

async function undo({ request, target, context }: RestoreRun, error: unknown): Promise<unknown> {
  const { database: name, maintenanceDatabases } = request;
  const left = await dropCreated(target.client, { name, maintenanceDatabases }, context);
  if (left !== undefined) context.emit({ type: 'warning', text: left });
  return error;
}

function neededFiles({ catalog }: OpenedBackup, { tables, whole }: RestoreDatabaseRequest) {
  const wanted = new Set([TOC_FILE, ...tables.map((table) => table.file), ...(whole ? [LARGE_OBJECTS_FILE] : [])]);
  return catalog.files.filter((file) => wanted.has(file.name));
}
