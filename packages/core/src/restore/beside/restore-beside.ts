import { BackuperError, type Context, numberOf } from '@postgres-backuper/base';
import {
  type Client,
  identifier,
  type Server,
  setvalStatement,
  sql,
  watchedByServer,
} from '@postgres-backuper/postgres';
import { type CopySession, type DumpTexts, openCopySession } from '../copy-session.ts';
import { dumpTexts } from '../dump-texts.ts';
import { type EntryJob, notRestored, type RefusedEntry } from '../entry-jobs.ts';
import { commit, unchanged } from '../existing/commit.ts';
import type { ExaminedDatabase } from '../existing/examine-existing.ts';
import { copyAll } from '../existing/load-rows.ts';
import { fileNamed, readFileWhole } from '../file-stream.ts';
import type { LoadedTable } from '../load-table.ts';
import { type NotRestored, objectName, reasonOf } from '../not-restored.ts';
import { openToc, TOC_FILE } from '../open-toc.ts';
import type { OpenedBackup } from '../opened-backup.ts';
import { runEntries } from '../run-entries.ts';
import { createSegments, type Segments } from '../segments.ts';
import { type ObjectSelection, selectObjects } from '../select-objects.ts';
import { blockingError, tellFindings } from '../target/finding.ts';
import { examineBeside } from './examine-beside.ts';
import { type MovedEntries, movedEntries } from './moved-entries.ts';

export interface RestoreBesideRequest {
  /** A database that exists. */
  readonly database: string;
  /** A schema that does not exist there. */
  readonly intoSchema: string;
  readonly selection?: ObjectSelection | undefined;
  /** Ends at the first object that the server refuses. */
  readonly strict?: boolean;
}

export interface RestoredBeside {
  readonly loaded: readonly LoadedTable[];
  readonly objects: readonly NotRestored[];
  /** What was not done: sentences. */
  readonly leftOut: readonly string[];
  readonly dump: DumpTexts;
}

/**
 * Makes tables of one schema, with their rows, in a new schema of a database that exists: definitions → rows → indexes
 * and keys, in one transaction, so that nothing is left of it if it fails. Everything belongs to the role. Errors:
 * those of examineBeside and movedEntries, restore-failed, those of Segments.read.
 */
export async function restoreBeside(
  backup: OpenedBackup,
  request: RestoreBesideRequest,
  { server, context }: { readonly server: Server; readonly context: Context },
): Promise<RestoredBeside> {
  const { examined, moved, ...rest } = await examine(backup, request, { server, context });
  const error = blockingError(examined.findings);
  if (error !== undefined) throw error;
  const { client } = examined;
  if (client === undefined) throw new Error('a target without programs blocks');
  tellFindings(examined.findings, context.emit);
  const text = `restoring ${numberOf(moved.tables.length, 'table')} into schema '${request.intoSchema}'`;
  context.emit({ type: 'phase', phase: 'data', text });
  const watched = { client, maintenanceDatabases: [request.database], sessions: 1 };
  const done = await watchedByServer(watched, context, () =>
    restoreMoved(request, { backup, client, moved, ...rest }, context),
  );
  return { ...done, leftOut: moved.leftOut, dump: rest.dump };
}

/** As restoreBeside does before it begins. Errors: those of examineBeside and movedEntries. */
export async function planRestoreBeside(
  backup: OpenedBackup,
  request: RestoreBesideRequest,
  services: { readonly server: Server; readonly context: Context },
): Promise<{ readonly examined: ExaminedDatabase; readonly moved: MovedEntries }> {
  return examine(backup, request, services);
}

async function examine(
  backup: OpenedBackup,
  request: RestoreBesideRequest,
  { server, context }: { readonly server: Server; readonly context: Context },
) {
  const { catalog } = backup;
  const segments = createSegments(backup, { files: catalog.files, keep: KEPT_SEGMENTS }, context.signal);
  const archive = await readFileWhole(segments, fileNamed(catalog, TOC_FILE));
  const toc = openToc(archive, catalog);
  const selected = selectObjects(catalog, toc, request.selection);
  const moved = movedEntries(backup, toc, { selected, to: request.intoSchema });
  const files = new Set(moved.tables.map(({ table }) => table.file));
  segments.only(catalog.files.filter(({ name }) => files.has(name)));
  context.emit({ type: 'phase', phase: 'check', text: `checking the database '${request.database}'` });
  const tables = moved.tables.map(({ table }) => table);
  const dump = dumpTexts(backup, toc);
  const examined = await examineBeside(request, { server, catalog, archive, tables, dump }, context);
  return { examined, moved, segments, dump };
}

/** In memory at once. */
const KEPT_SEGMENTS = 3;

interface Moving {
  readonly backup: OpenedBackup;
  readonly client: Client;
  readonly moved: MovedEntries;
  readonly segments: Segments;
  readonly dump: DumpTexts;
}

async function restoreMoved(request: RestoreBesideRequest, moving: Moving, context: Context) {
  const session = await openCopySession(moving.client, moving.dump, context);
  try {
    const done = await restoreAll(request, moving, session, context).catch((error: unknown) => {
      throw unchanged(error, request);
    });
    await commit(request, { session, client: moving.client }, context);
    return done;
  } finally {
    await session.close();
  }
}

/** All but the COMMIT. Errors: restore-failed for a table that the server refuses. */
async function restoreAll(
  { intoSchema, strict }: RestoreBesideRequest,
  { moved, backup, segments }: Moving,
  session: CopySession,
  context: Context,
): Promise<Pick<RestoredBeside, 'loaded' | 'objects'>> {
  const schema = sql`CREATE SCHEMA ${identifier(intoSchema)}`;
  await session.execute(sql`SET synchronous_commit TO DEFAULT`, sql`BEGIN`, schema);
  requireNone(await run(moved.preData, session, context));
  const loaded = await copyAll(moved, { backup, segments }, session, context);
  await session.execute(...moved.sequences.map((one) => setvalStatement(one, one.value)));
  const refused = await run(moved.postData, session, context);
  if (strict === true) requireNone(refused);
  return { loaded, objects: refused.map((one) => notRestored(one, { whole: false })) };
}

/** Each text is a part of the transaction: what is refused undoes only itself. Settings of the texts end with them. */
async function run(jobs: readonly EntryJob[], session: CopySession, context: Context): Promise<RefusedEntry[]> {
  const kept = { get: async () => session, close: () => session.close() };
  const refused = await runEntries(jobs, { session: kept, journal: false }, context);
  await session.execute(sql`SET LOCAL standard_conforming_strings = on`);
  return refused;
}

function requireNone([first]: readonly RefusedEntry[]): void {
  if (first === undefined) return;
  const reason = reasonOf(first.refusal, { whole: false });
  throw new BackuperError('restore-failed', `'${objectName(first.job.entry)}' could not be restored: ${reason}`);
}
