import { BackuperError, type Context } from '@postgres-backuper/base';
import { claimQuery, GIVE_BACK, parseSliceId, runLockKey, type TocEntry } from '@postgres-backuper/postgres';
import type { CopySession } from '../copy-session.ts';
import { type KeptSession, keepSession } from '../kept-session.ts';
import type { PlannedTable } from '../plan-load.ts';
import { runEntries } from '../run-entries.ts';
import { type GraphServices, tryTable } from '../run-graph.ts';
import { endSlices } from './end-slices.ts';
import { isSettled } from './is-settled.ts';
import { loadSlice } from './load-slice.ts';
import { claimKey, noteRefusal } from './note-refusal.ts';
import { writeFailure, writeRefusal } from './refused-texts.ts';
import { entryJobOf, type SharedJob } from './shared-jobs.ts';
import type { SharedPool } from './shared-pool.ts';

/** What the shared jobs of one process are done with. */
export interface SharedWork {
  readonly pool: SharedPool;
  /** Of the holder: claims of another one meet none of its. */
  readonly run: string;
  readonly sessions: number;
  readonly services: GraphServices;
  /** By the ids of the shared jobs. */
  readonly tables: ReadonlyMap<number, PlannedTable>;
  readonly entries: ReadonlyMap<number, TocEntry>;
  /** Brings the pool up to date with the database. Errors: holder-gone. */
  refresh(): Promise<void>;
  /** Whether nothing is left, and nothing will come. */
  isOver(): boolean;
}

/** What one process did. */
export interface SharedDone {
  /** Dump ids of the tables of which it loaded all rows, or a slice. */
  readonly tables: Set<number>;
  rows: number;
  bytes: number;
  entries: number;
  /** Noted for the holder, which tries them again. */
  refused: number;
}

/** Pause between two looks for jobs, milliseconds. */
const LOOK_EVERY_MS = 500;

/**
 * Claims jobs and does them, until nothing is left. A claim is a lock of the session that does the work: who dies gives
 * it back. Errors: those of runGraph; holder-gone.
 */
export async function runShared(work: SharedWork, context: Context): Promise<SharedDone> {
  const stop = new AbortController();
  const inner = { ...context, signal: AbortSignal.any([context.signal, stop.signal]) };
  const done: SharedDone = { tables: new Set(), rows: 0, bytes: 0, entries: 0, refused: 0 };
  const fresh = oneAtATime(work.refresh);
  const workOn = async (): Promise<void> => {
    const session = keepSession(work.services.client, work.services.dump, inner);
    try {
      await doJobs({ ...work, refresh: fresh }, { session, done }, inner);
    } catch (error) {
      stop.abort(error);
      throw error;
    } finally {
      await session.close();
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: work.sessions }, workOn));
  for (const end of ends) if (end.status === 'rejected') throw stop.signal.reason ?? end.reason;
  return done;
}

function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}

interface Doing {
  readonly session: KeptSession;
  readonly done: SharedDone;
}

async function doJobs(work: SharedWork, doing: Doing, context: Context): Promise<void> {
  const { clock, signal } = context;
  for (;;) {
    signal.throwIfAborted();
    const job = await claimNext(work, doing.session);
    if (job === undefined) {
      if (work.isOver()) return;
      await clock.sleep(LOOK_EVERY_MS, { signal });
      await work.refresh();
      continue;
    }
    if (await perform(job, work, { ...doing, context })) work.pool.settle([job.id]);
    else work.pool.leave(job);
    await giveBack(await doing.session.get());
  }
}

/** Errors: holder-gone where another run of the holder has begun. */
async function claimNext({ pool, run }: SharedWork, kept: KeptSession): Promise<SharedJob | undefined> {
  for (let job = pool.next(); job !== undefined; job = pool.next()) {
    const session = await kept.get();
    const [claim] = await session.query<{ mine: boolean }>(claimQuery(keysOf(job, run)));
    if (claim?.mine === true) {
      if (!(await isSettled(session, { id: job.id, run }))) return job;
      pool.settle([job.id]);
    } else pool.leave(job);
    await giveBack(session);
  }
  return undefined;
}

async function giveBack(session: CopySession): Promise<void> {
  await session.query(GIVE_BACK);
}

function keysOf({ id, kind, table, exclusive }: SharedJob, run: string) {
  const job = claimKey({ id, run });
  return kind === 'table' ? { job } : { job, table: { key: runLockKey(`${run}\ntable ${table}`), exclusive } };
}

/** Returns whether the job is settled. */
async function perform(
  job: SharedJob,
  work: SharedWork,
  doing: Doing & { readonly context: Context },
): Promise<boolean> {
  const { session, done, context } = doing;
  const claimed = await session.get();
  const why = job.kind === 'entry' ? await runEntry(job, work, doing) : await loadRows(job, work, doing);
  if (why === undefined) return true;
  const noted = await noteRefusal({ id: job.id, run: work.run, why }, { claimed, session }, context);
  if (noted === 'noted' && job.kind !== 'slice') done.refused += 1; // its table says so, too
  return noted !== 'left';
}

/** Returns why the server refused it. */
async function runEntry(
  job: SharedJob,
  { entries }: SharedWork,
  { session, done, context }: Doing & { readonly context: Context },
): Promise<string | undefined> {
  const entry = entries.get(job.id);
  if (entry === undefined) throw otherBackup(job.id);
  const [refused] = await runEntries([entryJobOf(job, entry)], { session, journal: true }, context);
  if (refused !== undefined) return writeRefusal(refused.refusal);
  done.entries += 1;
  return undefined;
}

/** Of a table or a slice of it. Returns why it has none. */
async function loadRows(
  { id, kind, after }: SharedJob,
  { services, tables, run }: SharedWork,
  { session, done, context }: Doing & { readonly context: Context },
): Promise<string | undefined> {
  const { dumpId, number } = parseSliceId(id) ?? { dumpId: id, number: undefined };
  const planned = tables.get(dumpId);
  if (planned === undefined || (kind === 'slice') !== (number !== undefined)) throw otherBackup(id);
  if (after.length > 0) {
    const why = await endSlices(planned, session, context);
    if (why === undefined) services.onLoaded?.();
    services.progress.tableDone();
    return why;
  }
  const outcome =
    number === undefined
      ? await tryTable(planned, { session, services }, context)
      : await loadSlice({ planned, number, run }, { session, services }, context);
  if (outcome === undefined) return undefined;
  if ('error' in outcome) return writeFailure(outcome.error);
  done.tables.add(dumpId);
  done.rows += outcome.rows;
  done.bytes += 'bytes' in outcome ? outcome.bytes : outcome.table.bytes;
  return undefined;
}

function otherBackup(id: number): BackuperError {
  return new BackuperError(
    'configuration-invalid',
    `the table of contents of the backup has no entry ${id} to restore`,
    {
      hint: 'give all jobs of the restore the same backup and the same version of this program',
    },
  );
}
