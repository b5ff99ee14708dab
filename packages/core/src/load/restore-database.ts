import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { BackuperError } from '../errors.ts';
import type { CatalogTable } from '../format/catalog.ts';
import { createDatabase, dropCreated, markUnfinished } from '../postgres/create-database.ts';
import { applyProperties } from '../postgres/database-properties.ts';
import { LARGE_OBJECTS_FILE } from '../postgres/large-objects.ts';
import { openMaintenanceSession, type Session } from '../postgres/psql.ts';
import { runPgRestore } from '../postgres/run-restore.ts';
import { onDatabase, type Server } from '../postgres/server.ts';
import { readToc, type Toc } from '../postgres/toc.ts';
import { fileNamed, readFileWhole, streamFile } from './file-stream.ts';
import { type LoadedTable, type LoadObserver, loadTables, planLoad } from './load-tables.ts';
import type { OpenedBackup } from './opened-backup.ts';
import { type PreparedTarget, prepareTarget, type TargetRequest } from './prepare-target.ts';
import { createLoadProgress } from './progress.ts';
import { createSegments, type Segments } from './segments.ts';

/** How long a cancel waits for CREATE DATABASE, milliseconds. */
const CREATE_GRACE_MS = 2000;

export interface RestoreDatabaseRequest extends TargetRequest {
  readonly jobs: number;
  /** Tables whose data is loaded. */
  readonly tables: readonly CatalogTable[];
  /** False: `tables` is a selection; foreign keys and large objects are left out. */
  readonly whole: boolean;
  /** False leaves subscriptions and publications out, as a drill does. */
  readonly replication: boolean;
}

export interface RestoredDatabase {
  readonly loaded: readonly LoadedTable[];
  readonly toc: Toc;
  readonly target: PreparedTarget;
}

/** What the steps share. */
interface Run {
  readonly request: RestoreDatabaseRequest;
  readonly backup: OpenedBackup;
  readonly segments: Segments;
  readonly target: PreparedTarget;
  /** Private directory with toc.dat alone. */
  readonly archive: string;
  readonly context: Context;
}

/**
 * Checks → create → pre-data → data → sequences → large objects → post-data → properties. On any error, and after a
 * cancel, the database that it created is dropped, and only that one. Errors: those of prepareTarget, createDatabase,
 * runPgRestore, loadTables.
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
  const tocBytes = await readFileWhole(segments, fileNamed(backup.catalog, 'toc.dat'));
  const toc = readToc(tocBytes);
  if (toc === undefined) throw new BackuperError('catalog-invalid', 'the table of contents of the dump is incomplete');
  context.emit({ type: 'phase', phase: 'check', text: `checking the server for '${request.database}'` });
  const target = await prepareTarget(request, { server, catalog: backup.catalog, archive: tocBytes }, context);
  const archive = await mkdtemp(join(context.tempDir, 'restore-'));
  try {
    await mkdir(join(archive, 'dump'), { mode: 0o700 });
    await writeFile(join(archive, 'dump', 'toc.dat'), tocBytes, { mode: 0o600 });
    const run: Run = { request, backup, segments, target, archive, context };
    await create(run);
    const loaded = await fill(run, toc, observer).catch(async (error: unknown) => {
      throw await undo(run, error);
    });
    return { loaded, toc, target };
  } finally {
    await rm(archive, { recursive: true, force: true });
  }
}

/** A cancel waits a moment here: afterwards it is known whether the database exists, and whose it is. */
async function create({ request, backup, target, context }: Run): Promise<void> {
  const { database: name, owner } = request;
  context.emit({ type: 'phase', phase: 'create-database', text: `creating database '${name}'` });
  const { database: properties, label } = backup.catalog;
  const patient = { ...context, signal: delayed(context, CREATE_GRACE_MS) };
  await onMaintenance({ request, target, context: patient }, (session) =>
    createDatabase(session, { name, properties, owner, serverMajor: target.serverMajor, label }),
  );
}

function delayed({ clock, signal }: Context, delayMs: number): AbortSignal {
  const later = new AbortController();
  const abort = (): void => void clock.sleep(delayMs, { idle: true }).then(() => later.abort(signal.reason));
  if (signal.aborted) later.abort(signal.reason);
  else signal.addEventListener('abort', abort, { once: true });
  return later.signal;
}

async function fill(run: Run, toc: Toc, observer: LoadObserver | undefined): Promise<LoadedTable[]> {
  const { request, backup, segments, target, context } = run;
  context.signal.throwIfAborted();
  await onMaintenance(run, (session) =>
    markUnfinished(session, { name: request.database, label: backup.catalog.label }),
  );
  context.emit({ type: 'phase', phase: 'pre-data', text: 'restoring definitions' });
  await pgRestore(run, ['--section=pre-data']);

  const bytes = request.tables.reduce((sum, table) => sum + table.bytes, 0);
  const text = `loading ${request.tables.length} tables with ${request.jobs} sessions`;
  context.emit({ type: 'phase', phase: 'data', text });
  const totals = { tables: request.tables.length, bytes };
  const progress = createLoadProgress(totals, () => segments.storedBytes, context);
  const client = { ...target.client, server: onDatabase(target.client.server, request.database) };
  const services = { client, backup, segments, progress, ...(observer === undefined ? {} : { observer }) };
  const loaded = await loadTables(
    planLoad(backup, toc, request.tables),
    { jobs: request.jobs, services },
    context,
  ).finally(() => progress.end());
  await restoreListed(run, 'sequences', /^\d+; \d+ \d+ SEQUENCE SET /);
  await restoreLargeObjects(run);

  context.emit({ type: 'phase', phase: 'post-data', text: 'building indexes and constraints' });
  await restorePostData(run);
  await onMaintenance(run, (session) =>
    applyProperties(session, {
      name: request.database,
      properties: backup.catalog.database,
      privileges: request.privileges,
      onWarning: (warning) => context.emit({ type: 'warning', text: warning }),
    }),
  );
  return loaded;
}

/** A selection of tables cannot satisfy foreign keys. */
async function restorePostData(run: Run): Promise<void> {
  const args = ['--section=post-data', `--jobs=${run.request.jobs}`];
  if (run.request.whole) return pgRestore(run, args);
  const isKey = (line: string): boolean => /^\d+; \d+ \d+ FK CONSTRAINT /.test(line);
  const count = listLines(run).filter(isKey).length;
  if (count > 0)
    run.context.emit({ type: 'notice', text: `${count} foreign keys were left out: only some tables have data` });
  await pgRestore(run, [...args, await listArgument(run, 'post-data', (line) => !isKey(line))]);
}

async function restoreListed(run: Run, name: string, pattern: RegExp): Promise<void> {
  if (!listLines(run).some((line) => pattern.test(line))) return;
  await pgRestore(run, [await listArgument(run, name, (line) => pattern.test(line))]);
}

async function restoreLargeObjects(run: Run): Promise<void> {
  const file = run.backup.catalog.files.find(({ name }) => name === LARGE_OBJECTS_FILE);
  if (file === undefined || !run.request.whole) return;
  await pgRestore(run, [], streamFile(run.segments, file));
}

async function pgRestore(run: Run, args: readonly string[], input?: AsyncIterable<Buffer>): Promise<void> {
  const { request, target, context } = run;
  await runPgRestore(
    target.client,
    {
      database: request.database,
      args: [
        ...(request.owner ? [] : ['--no-owner']),
        ...(request.privileges ? [] : ['--no-privileges']),
        ...(request.replication ? [] : ['--no-subscriptions', '--no-publications']),
        ...args,
        ...(input === undefined ? [join(run.archive, 'dump')] : []),
      ],
      ...(input === undefined ? {} : { input }),
      onWarning: (text) => context.emit({ type: 'warning', text: `pg_restore: ${text}` }),
    },
    context,
  );
}

function listLines({ backup }: Run): string[] {
  return backup.catalog.dump.list.split('\n');
}

/** A file for `pg_restore --use-list`. */
async function listArgument(run: Run, name: string, keep: (line: string) => boolean): Promise<string> {
  const path = join(run.archive, `${name}.list`);
  await writeFile(path, `${listLines(run).filter(keep).join('\n')}\n`, { mode: 0o600 });
  return `--use-list=${path}`;
}

async function onMaintenance(
  { request, target, context }: Pick<Run, 'request' | 'target' | 'context'>,
  use: (session: Session) => Promise<void>,
): Promise<void> {
  const session = await openMaintenanceSession(target.client, request.maintenanceDatabases, context);
  try {
    await use(session);
  } finally {
    await session.close();
  }
}

async function undo({ request, target, context }: Run, error: unknown): Promise<unknown> {
  const { database: name, maintenanceDatabases } = request;
  const left = await dropCreated(target.client, { name, maintenanceDatabases }, context);
  if (left !== undefined) context.emit({ type: 'warning', text: left });
  return error;
}

function neededFiles({ catalog }: OpenedBackup, { tables, whole }: RestoreDatabaseRequest) {
  const wanted = new Set(['toc.dat', ...tables.map((table) => table.file), ...(whole ? [LARGE_OBJECTS_FILE] : [])]);
  return catalog.files.filter((file) => wanted.has(file.name));
}
