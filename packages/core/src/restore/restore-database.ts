import type { Context } from '@postgres-backuper/base';
import {
  closeDatabase,
  createDatabase,
  dropCreated,
  LARGE_OBJECTS_FILE,
  markUnfinished,
  readConnectGrants,
  type Server,
  type Session,
  type Toc,
  type TocEntry,
  watchedByServer,
} from '@postgres-backuper/postgres';
import { chooseEntries, type LeftOutEntry } from './choose-entries.ts';
import { closeGiven, closeNew, isToBeClosed } from './closed-database.ts';
import type { DumpTexts } from './copy-session.ts';
import { fileNamed, readFileWhole } from './file-stream.ts';
import { type FilledDatabase, fillDatabase } from './fill-database.ts';
import { finishRestore } from './finish-restore.ts';
import { fitScratch } from './fit-scratch.ts';
import { tablespacesText } from './left-out.ts';
import type { LoadObserver } from './load-table.ts';
import { withNewRoles } from './new-roles.ts';
import { fitEntries, type Unknown } from './older/fit-entries.ts';
import { openToc, TOC_FILE } from './open-toc.ts';
import type { OpenedBackup } from './opened-backup.ts';
import { type LoadPlan, planLoad } from './plan-load.ts';
import { type PreparedTarget, prepareTarget } from './prepare-target.ts';
import { requireRows } from './require-rows.ts';
import { restoreOwner, takeBackProperties } from './restore-properties.ts';
import { onMaintenance, type RestoreDatabaseRequest, type RestoreRun, type Resumable } from './restore-run.ts';
import { beginJournal, continueJournal, isResumable, toBeResumed } from './resume.ts';
import { createSegments } from './segments.ts';
import { type SelectedObjects, selectObjects } from './select-objects.ts';
import { takeBack } from './take-back.ts';
import { adaptToc } from './target/adapt-catalog.ts';
import { tablespacesOf } from './target-tablespaces.ts';
import { undoGiven } from './undo-given.ts';
import { whileAlone } from './while-alone.ts';
import { withoutExtensions } from './without-extensions.ts';

/** How long a cancel waits for CREATE DATABASE, milliseconds. */
const CREATE_GRACE_MS = 2000;

export interface RestoredDatabase extends FilledDatabase {
  /** Parts of selected objects that refer to others, and are left out. */
  readonly cut: readonly TocEntry[];
  /** Left out by an option. */
  readonly leftOut: readonly LeftOutEntry[];
  /** What the server does not know. */
  readonly unknown: readonly Unknown[];
  readonly toc: Toc;
  readonly target: PreparedTarget;
  /** How its texts are to be read. */
  readonly dump: DumpTexts;
  /** What a drill leaves out because the server lacks what it needs. */
  readonly notTested: readonly string[];
}

/**
 * Checks (documents, then server) → create → pre-data → data → sequences → large objects → post-data → properties. On
 * any error or cancel, the database that it created is dropped, and only that one; of one that existed, what it made.
 * Errors: those of prepareTarget,
 * createDatabase, runPgRestore, loadTables.
 */
export async function restoreDatabase(
  original: OpenedBackup,
  asked: RestoreDatabaseRequest,
  {
    server,
    observer,
    context,
  }: { readonly server: Server; readonly observer?: LoadObserver; readonly context: Context },
): Promise<RestoredDatabase> {
  const { files } = original.catalog;
  const segments = createSegments(original, { files, keep: asked.jobs + 2 }, context.signal);
  const archive = await readFileWhole(segments, fileNamed(original.catalog, TOC_FILE));
  const toc = adaptToc(openToc(archive, original.catalog), asked);
  context.emit({ type: 'phase', phase: 'check', text: `checking the server for '${asked.database}'` });
  const { request, catalog, notTested } =
    asked.mode === 'scratch'
      ? await fitScratch(asked, { server, catalog: original.catalog, archive, toc }, context)
      : { request: asked, catalog: original.catalog, notTested: [] };
  const backup = { ...original, catalog };
  const selection = selectObjects(catalog, toc, request.selection);
  const selected = { ...selection, tables: withoutExtensions(selection.tables, toc, request.excludeExtensions) };
  const { schemaOnly = false, sections } = request.selection ?? {};
  const chosen = chooseEntries(toc, { ...request, needed: selected.needed, schemaOnly, sections });
  const plan = planLoad(backup, toc, selected.tables);
  segments.only(neededFiles(backup, selected));
  const target = await prepareTarget(
    { ...request, resume: request.mode === 'resume' },
    { server, catalog, archive, toc: { ...toc, entries: chosen.kept } },
    context,
  );
  const { entries: kept, unknown } = fitEntries(chosen.kept, target);
  if (!request.tablespaces) tellTablespaces(tablespacesOf(backup.catalog, toc), context);
  const extensionsBefore = target.given?.extensions;
  const resumable: Resumable = { journal: false, done: new Set(), tables: 0, extensionsBefore };
  const run: RestoreRun = {
    request,
    backup,
    segments,
    target,
    toc,
    selected,
    chosen: { ...chosen, kept },
    dump: dumpTexts(backup, toc),
    resumable,
    context,
  };
  const { maintenanceDatabases, jobs } = request;
  const watched = { client: target.client, maintenanceDatabases, sessions: jobs + 2 }; // definitions and the lock
  const restored = async (): Promise<FilledDatabase> => {
    const isNew = request.mode !== 'resume' && target.given === undefined;
    if (isNew) await create(run);
    let begun = isNew;
    try {
      if (isNew && isToBeClosed(run)) await onMaintenance(run, (session) => closeNew(session, run));
      return await whileAlone(run, async (alone) => {
        if (request.mode === 'resume' && alone !== undefined) await continueJournal(run, alone);
        begun = true;
        return await fill(run, { plan, observer, alone });
      });
    } catch (error) {
      throw begun ? await undo(run, error) : error;
    }
  };
  const filled = await watchedByServer(watched, context, () => withNewRoles(run, restored));
  return { ...filled, cut: selected.cut, leftOut: chosen.leftOut, unknown, toc, target, dump: run.dump, notTested };
}

/** The archive says how its string constants are to be read: a database may have turned the standard off. Pure. */
export function dumpTexts({ catalog }: OpenedBackup, { entries }: Toc): DumpTexts {
  const strings = entries.find(({ description }) => description === 'STDSTRINGS')?.definition ?? '';
  return { encoding: catalog.dump.encoding, standardStrings: !/'off'/.test(strings) };
}

function tellTablespaces(names: readonly string[], { emit }: Context): void {
  for (const text of tablespacesText(names)) emit({ type: 'notice', text });
}

/** A cancel waits up to CREATE_GRACE_MS here, so that it is known whether we created the database. */
async function create(run: RestoreRun): Promise<void> {
  const { request, backup, target, context } = run;
  const { database: name, owner, tablespaces } = request;
  context.emit({ type: 'phase', phase: 'create-database', text: `creating database '${name}'` });
  const { database: properties, label } = backup.catalog;
  const patient = { ...context, signal: delayed(context, CREATE_GRACE_MS) };
  const closed = isToBeClosed(run);
  await onMaintenance({ request, target, context: patient }, async (session) => {
    const { serverMajor } = target;
    await createDatabase(session, { name, properties, owner, tablespaces, serverMajor, label, closed });
    await markUnfinished(session, { name, label });
  });
}

function delayed({ clock, signal }: Context, delayMs: number): AbortSignal {
  const later = new AbortController();
  const abort = (): void => void clock.sleep(delayMs, { idle: true }).then(() => later.abort(signal.reason));
  if (signal.aborted) later.abort(signal.reason);
  else signal.addEventListener('abort', abort, { once: true });
  return later.signal;
}

interface Filling {
  readonly plan: LoadPlan;
  readonly observer: LoadObserver | undefined;
  /** A session in the database, which holds its lock. */
  readonly alone: Session | undefined;
}

async function fill(run: RestoreRun, { plan, observer, alone }: Filling): Promise<FilledDatabase> {
  const { request, context } = run;
  context.signal.throwIfAborted();
  const isGiven = run.resumable.extensionsBefore !== undefined;
  if (request.mode !== 'resume' && !isGiven) {
    await restoreOwner(run);
    if (isToBeClosed(run)) await onMaintenance(run, (session) => closeDatabase(session, request.database)); // a new owner
  }
  if (isGiven && isToBeClosed(run) && alone !== undefined && request.mode === 'new') {
    run.resumable.connect = await readConnectGrants(alone, request.database);
  }
  if (request.mode === 'new') await beginJournal(run);
  if (isGiven && isToBeClosed(run) && alone !== undefined) await closeGiven(alone, run);
  if (request.mode === 'resume') {
    await takeBackProperties(run);
    await takeBack(run);
  }
  const filled = await fillDatabase(run, plan, observer);
  if (request.mode === 'new') requireRows(filled);
  const properties = await finishRestore(run, filled, alone);
  return { ...filled, objects: [...filled.objects, ...properties] };
}

/** Drops the database, or what the restore made in one that existed; or keeps what can be resumed. */
async function undo(run: RestoreRun, error: unknown): Promise<unknown> {
  const { request, target, context } = run;
  if (isResumable(run, error)) return toBeResumed(run, error);
  if (run.resumable.extensionsBefore !== undefined) {
    await undoGiven(run, run.resumable.extensionsBefore);
    return error;
  }
  const { database: name, maintenanceDatabases } = request;
  const left = await dropCreated(target.client, { name, maintenanceDatabases }, context);
  if (left !== undefined) context.emit({ type: 'warning', text: left });
  else if (request.mode === 'new') context.emit({ type: 'notice', text: `database '${name}' was dropped again` });
  return error;
}

function neededFiles({ catalog }: OpenedBackup, { tables, largeObjects }: SelectedObjects) {
  const wanted = new Set([...tables.map((table) => table.file), ...(largeObjects ? [LARGE_OBJECTS_FILE] : [])]);
  return catalog.files.filter((file) => wanted.has(file.name));
}
