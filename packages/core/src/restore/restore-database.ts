import type { Context } from '@postgres-backuper/base';
import { LARGE_OBJECTS_FILE, type Server, type Toc, type TocEntry, watchedByServer } from '@postgres-backuper/postgres';
import { chooseEntries, type LeftOutEntry } from './choose-entries.ts';
import { closeNew, isToBeClosed } from './closed-database.ts';
import type { DumpTexts } from './copy-session.ts';
import { dumpTexts } from './dump-texts.ts';
import { fileNamed, readFileWhole } from './file-stream.ts';
import type { AssertedDatabase } from './finish-restore.ts';
import { fitScratch } from './fit-scratch.ts';
import { tablespacesText } from './left-out.ts';
import type { LoadObserver } from './load-table.ts';
import { makeDatabase } from './make-database.ts';
import { withNewRoles } from './new-roles.ts';
import { fitEntries, type Unknown } from './older/fit-entries.ts';
import { openToc, TOC_FILE } from './open-toc.ts';
import type { OpenedBackup } from './opened-backup.ts';
import { planLoad } from './plan-load.ts';
import { type PreparedTarget, prepareTarget } from './prepare-target.ts';
import { restoreContents } from './restore-contents.ts';
import { onMaintenance, type RestoreDatabaseRequest, type RestoreRun, type Resumable } from './restore-run.ts';
import { continueJournal } from './resume.ts';
import { createSegments } from './segments.ts';
import { type SelectedObjects, selectObjects } from './select-objects.ts';
import { adaptToc } from './target/adapt-catalog.ts';
import { tablespacesOf } from './target-tablespaces.ts';
import { undoRestore } from './undo-restore.ts';
import { whileAlone } from './while-alone.ts';
import { withoutExtensions } from './without-extensions.ts';

export interface RestoredDatabase extends AssertedDatabase {
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
  const restored = async (): Promise<AssertedDatabase> => {
    const isNew = request.mode !== 'resume' && target.given === undefined;
    if (isNew) await makeDatabase(run);
    let begun = isNew;
    try {
      if (isNew && isToBeClosed(run)) await onMaintenance(run, (session) => closeNew(session, run));
      return await whileAlone(run, async (alone) => {
        if (request.mode === 'resume' && alone !== undefined) await continueJournal(run, alone);
        begun = true;
        return await restoreContents(run, { plan, observer, alone });
      });
    } catch (error) {
      throw begun ? await undoRestore(run, error) : error;
    }
  };
  const filled = await watchedByServer(watched, context, () => withNewRoles(run, restored));
  return { ...filled, cut: selected.cut, leftOut: chosen.leftOut, unknown, toc, target, dump: run.dump, notTested };
}

function tellTablespaces(names: readonly string[], { emit }: Context): void {
  for (const text of tablespacesText(names)) emit({ type: 'notice', text });
}

function neededFiles({ catalog }: OpenedBackup, { tables, largeObjects }: SelectedObjects) {
  const wanted = new Set([...tables.map((table) => table.file), ...(largeObjects ? [LARGE_OBJECTS_FILE] : [])]);
  return catalog.files.filter((file) => wanted.has(file.name));
}
