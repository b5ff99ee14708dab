import { BackuperError, type Context, isBackuperError, keepLooking, numberOf, say } from '@postgres-backuper/base';
import { rowSlicesOf, ShapeError } from '@postgres-backuper/format';
import {
  type Client,
  findPrograms,
  isRunLockTaken,
  namedSessions,
  newestPrograms,
  onDatabase,
  openSession,
  parseSliceId,
  readSharedJobs,
  readSharedState,
  type Server,
  type Session,
  type SharedRestore,
  type Toc,
  WORKER_NAME,
  watchedByServer,
} from '@postgres-backuper/postgres';
import type { Repository } from '@postgres-backuper/repository';
import { readBackupToc } from '../backup-toc.ts';
import { dumpTexts } from '../dump-texts.ts';
import { fileNamed } from '../file-stream.ts';
import type { OpenedBackup } from '../opened-backup.ts';
import { type PlannedTable, planLoad } from '../plan-load.ts';
import { createLoadProgress } from '../progress.ts';
import { readingBackup } from '../reading-backup.ts';
import type { GraphServices } from '../run-graph.ts';
import { createSegments } from '../segments.ts';
import { type Destination, destinationOf } from '../target-request.ts';
import { holderGone } from './holder-gone.ts';
import { holderLock } from './holder-lock.ts';
import { runShared, type SharedDone } from './run-shared.ts';
import { readSharedJob, type SharedJob } from './shared-jobs.ts';
import { createSharedPool, type SharedPool } from './shared-pool.ts';
import { waitForHolder } from './wait-for-holder.ts';

export interface RestorePartRequest extends Destination {
  readonly name: string;
  readonly label: string;
  /** From 1: its tables come first; undefined: the largest. */
  readonly part: number | undefined;
  /** Number of parts that the other job must have. */
  readonly count: number;
  readonly jobs: number;
  /** How long to wait for the database and its definitions, milliseconds. */
  readonly timeoutMs: number;
}

/** What one job brought into the database that another one makes. */
export interface RestorePartResult {
  readonly label: string;
  /** The database. */
  readonly into: string;
  /** Null: no part of its own. */
  readonly part: number | null;
  readonly count: number;
  /** Of which it loaded all rows, or a slice. */
  readonly tables: number;
  readonly rows: number;
  readonly bytes: number;
  /** Indexes and keys. */
  readonly indexes: number;
  /** Tables and indexes that the server refused: the other job tries them again, and says what stays. */
  readonly refused: number;
  readonly durationMs: number;
}

/**
 * Loads tables, and builds their indexes, in the database that another run makes: wait → claim → load → until nothing is
 * left. Errors: those of openBackup; parts-missing, holder-gone; configuration-invalid for another backup or number of
 * parts; those of runShared.
 */
export function restorePart(
  request: RestorePartRequest,
  { server, repository }: { readonly server: Server; readonly repository: Repository },
  context: Context,
): Promise<RestorePartResult> {
  const { name, label } = request;
  const use = (backup: OpenedBackup) => workOn(request, { backup, server }, context);
  return readingBackup({ name, target: { label } }, { repository, use }, context);
}

async function workOn(
  request: RestorePartRequest,
  { backup, server }: { readonly backup: OpenedBackup; readonly server: Server },
  context: Context,
): Promise<RestorePartResult> {
  const begunAt = context.clock.elapsed();
  const { label, part, count, jobs, maintenanceDatabases } = request;
  const { database } = destinationOf(request, backup.catalog);
  const client = {
    server: onDatabase(server, database),
    programs: newestPrograms(await findPrograms(server, context)),
  };
  const found = await waitForHolder({ ...request, database }, { client, backup }, context);
  const sessionName = `${WORKER_NAME}${part ?? 'next'}/${count} ${context.by?.machine ?? ''}`.trim();
  const named = namedSessions(client, sessionName);
  const watched = {
    client: namedSessions({ ...client, server }, sessionName), // it looks at sessions of its own name
    ...{ maintenanceDatabases, sessions: jobs + 1 },
  };
  const done =
    found === undefined
      ? NOTHING
      : await watchedByServer(watched, context, () => share(request, { found, backup, client: named }, context));
  return {
    ...{ label, into: database, part: part ?? null, count, tables: done.tables.size },
    ...{ rows: done.rows, bytes: done.bytes, indexes: done.entries, refused: done.refused },
    durationMs: Math.round(context.clock.elapsed() - begunAt),
  };
}

const NOTHING: SharedDone = { tables: new Set(), rows: 0, bytes: 0, entries: 0, refused: 0 };

interface Found {
  readonly found: SharedRestore;
  readonly backup: OpenedBackup;
  readonly client: Client;
}

async function share(
  { part, count, jobs }: RestorePartRequest,
  { found, backup, client }: Found,
  outer: Context,
): Promise<SharedDone> {
  const stop = new AbortController();
  const context = { ...outer, signal: AbortSignal.any([outer.signal, stop.signal]) };
  const session = await openSession(client, outer);
  const abort = (error: unknown): void => stop.abort(error);
  const watch = keepLooking(() => requireHolder(session, found.run), { everyMs: WATCH_EVERY_MS, abort }, outer);
  try {
    await requireHolder(session, found.run);
    const pool = createSharedPool({ part, count, sessions: jobs });
    const published = await createPublished({ session, found, pool, bytesOf: bytesOfJobs(backup) });
    const toc = await readBackupToc(backup, context.signal);
    const work = { ...workFor({ backup, toc, client }, published.jobs(), context), ...published };
    try {
      return await runShared({ ...work, pool, run: found.run, sessions: jobs }, context);
    } finally {
      work.services.progress.end();
    }
  } catch (error) {
    outer.signal.throwIfAborted();
    throw await causeOf(error, { session, run: found.run, reason: stop.signal.reason });
  } finally {
    await watch.end();
    await session.close();
  }
}

/** Pause between two looks for the holder, milliseconds. */
const WATCH_EVERY_MS = 5000;

/** Errors: holder-gone unless the run that makes the database works on it. */
async function requireHolder(session: Session, run: string): Promise<void> {
  const state = await readSharedState(session);
  if (state?.run === run && (state.isOver || (await isRunLockTaken(session, holderLock(run))))) return;
  throw holderGone();
}

/** An error of a database that is dropped, or of a journal that is gone, is that of the holder. */
async function causeOf(
  error: unknown,
  { session, run, reason }: { readonly session: Session; readonly run: string; readonly reason: unknown },
): Promise<unknown> {
  if (reason instanceof BackuperError) return reason;
  if (error instanceof ShapeError) return otherProgram(error);
  try {
    await requireHolder(session, run);
    return error;
  } catch (gone) {
    return isBackuperError(gone, 'holder-gone') || isBackuperError(error, 'server-unavailable', 'restore-failed')
      ? holderGone()
      : error;
  }
}

function otherProgram(cause: ShapeError): BackuperError {
  return new BackuperError('configuration-invalid', `what the other job shares cannot be read: ${cause.message}`, {
    hint: `give the job with ${say.option('parts')} and this one the same version of this program`,
    cause,
  });
}

/** Of the rows of a job; 0 of others. */
function bytesOfJobs({ catalog }: OpenedBackup): (job: SharedJob) => number {
  const tables = new Map(catalog.tables.map((table) => [table.dumpId, table]));
  return ({ id, kind, after }) => {
    const slice = parseSliceId(id);
    const table = tables.get(slice?.dumpId ?? id);
    if (table === undefined || kind === 'entry' || after.length > 0) return 0;
    return slice === undefined ? table.bytes : (rowSlicesOf(table)[slice.number - 1]?.bytes ?? 0);
  };
}

/** What the holder published until now, and what it will. Errors: ShapeError. */
async function createPublished({
  session,
  found,
  pool,
  bytesOf,
}: {
  readonly session: Session;
  readonly found: SharedRestore;
  readonly pool: SharedPool;
  readonly bytesOf: (job: SharedJob) => number;
}) {
  let known = 0;
  let isOver = false;
  const all: SharedJob[] = [];
  const refresh = async (): Promise<void> => {
    const state = await readSharedState(session);
    if (state?.run !== found.run) throw holderGone();
    if (state.batches > known) {
      const jobs = (await readSharedJobs(session, known)).map(readSharedJob);
      all.push(...jobs);
      pool.add(jobs.sort((a, b) => bytesOf(b) - bytesOf(a)));
      known = state.batches;
    }
    pool.settle(state.settled);
    pool.lookAgain();
    isOver = state.isOver;
  };
  await refresh();
  return { refresh, isOver: () => isOver, jobs: () => all };
}

function workFor(
  { backup, toc, client }: Omit<Found, 'found'> & { readonly toc: Toc },
  jobs: readonly SharedJob[],
  context: Context,
) {
  const ids = new Set(jobs.filter(({ kind }) => kind === 'table').map(({ id }) => id));
  const tables = backup.catalog.tables.filter(({ dumpId }) => ids.has(dumpId));
  const files = tables.map(({ file }) => fileNamed(backup.catalog, file));
  const segments = createSegments(backup, { files, keep: SEGMENTS_KEPT }, context.signal);
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  context.emit({
    type: 'phase',
    phase: 'data',
    text: `loading ${numberOf(tables.length, 'large table')} together with other jobs`,
  });
  const progress = createLoadProgress({ tables: tables.length, bytes }, () => segments.storedBytes, context);
  const services: GraphServices = { client, backup, segments, progress, journal: true, dump: dumpTexts(backup, toc) };
  const { parallel, inOrder } = planLoad(backup, toc, tables);
  return {
    services,
    tables: new Map([...parallel, ...inOrder].map((one): [number, PlannedTable] => [one.table.dumpId, one])),
    entries: new Map(toc.entries.map((entry) => [entry.dumpId, entry])),
  };
}

const SEGMENTS_KEPT = 4;
