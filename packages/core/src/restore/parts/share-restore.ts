import { randomBytes } from 'node:crypto';
import { BackuperError, type Context, numberOf, say } from '@postgres-backuper/base';
import {
  beginSharing,
  endSharing,
  openSession,
  othersClaim,
  parseSliceId,
  readDoneBy,
  readRefused,
  readSharedState,
  type Session,
  shareJobs,
  tryRunLock,
} from '@postgres-backuper/postgres';
import type { RefusedEntry } from '../entry-jobs.ts';
import type { LoadedTable, RefusedTable } from '../load-table.ts';
import type { RestoreJob } from '../restore-graph.ts';
import { onNew, type RestoreRun } from '../restore-run.ts';
import { type GraphResult, type GraphServices, runGraph } from '../run-graph.ts';
import { RESTORE_LOCK } from '../while-alone.ts';
import { rowsInSlices } from './end-slices.ts';
import { holderGone } from './holder-gone.ts';
import { holderLock } from './holder-lock.ts';
import { readFailure, readRefusal } from './refused-texts.ts';
import { runShared, type SharedWork } from './run-shared.ts';
import { type SharedJob, shareOut, writeSharedJob } from './shared-jobs.ts';
import { createSharedPool } from './shared-pool.ts';
import type { RestoreParts, Sharing } from './sharing.ts';
import { workersLeft, workersOf } from './workers.ts';

/** Pause between two looks for what others did, milliseconds. */
const LOOK_EVERY_MS = 500;

/** The database must have a journal. Errors: those of openSession. */
export async function shareRestore(run: RestoreRun, parts: RestoreParts): Promise<Sharing> {
  const { context } = run;
  const session = await openSession(onNew(run), context);
  const id = randomBytes(16).toString('hex');
  if (!(await tryRunLock(session, holderLock(id)))) throw new Error('the lock of a new run is taken');
  return {
    inSlices: (jobs) => new Set(shareOut(jobs, parts.count).shared.flatMap(({ id }) => parseSliceId(id)?.dumpId ?? [])),
    async load(jobs, services) {
      const { shared, own } = shareOut(jobs, parts.count);
      run.resumable.isShared = true;
      await beginSharing(session, { run: id, count: parts.count });
      await publish(session, shared);
      context.emit({ type: 'notice', text: sharedText(shared, parts.count) });
      const mine = await runGraph(own, { sessions: run.request.jobs, services }, context);
      const work = workOf({ id, jobs, shared, session, services, run, parts });
      if (parts.holderWorks) await runShared(work, context);
      else await waitForOthers(work, { session, timeoutMs: parts.timeoutMs }, context);
      return together(mine, await settledBy(jobs, shared, session));
    },
    async end() {
      await endSharing(session);
      await workersLeft(session, context);
      return workersOf(session, run.selected.tables);
    },
    close: () => session.close(),
  };
}

function publish(session: Session, shared: readonly SharedJob[]): Promise<void> {
  return shareJobs(
    session,
    1,
    shared.map((job) => ({ id: job.id, text: writeSharedJob(job) })),
  );
}

function sharedText(shared: readonly SharedJob[], count: number): string {
  const tables = numberOf(shared.filter(({ kind }) => kind === 'table').length, 'large table');
  return `${tables} in ${numberOf(count, 'part')}; this run loads the others`;
}

interface ToWork {
  readonly id: string;
  readonly jobs: readonly RestoreJob[];
  readonly shared: readonly SharedJob[];
  readonly session: Session;
  readonly services: GraphServices;
  readonly run: RestoreRun;
  readonly parts: RestoreParts;
}

function workOf({ id, jobs, shared, session, services, run, parts }: ToWork): SharedWork {
  const pool = createSharedPool({ count: parts.count, sessions: run.request.jobs });
  pool.add(shared);
  return {
    ...{ pool, run: id, sessions: run.request.jobs, services },
    tables: new Map(jobs.flatMap((job) => (job.kind === 'table' ? [[job.id, job.planned] as const] : []))),
    entries: new Map(jobs.flatMap((job) => (job.kind === 'entry' ? [[job.id, job.job.entry] as const] : []))),
    async refresh() {
      const state = await readSharedState(session);
      if (state?.run !== id) throw holderGone();
      pool.settle(state.settled);
      pool.lookAgain();
    },
    isOver: () => pool.isEmpty,
  };
}

/** Errors: parts-missing. */
async function waitForOthers(
  { pool, refresh }: SharedWork,
  { session, timeoutMs }: { readonly session: Session; readonly timeoutMs: number },
  { clock, signal }: Context,
): Promise<void> {
  let movedAt = clock.elapsed();
  for (let before = pool.left; !pool.isEmpty; before = pool.left) {
    await refresh();
    if (pool.left < before || (await othersClaim(session, RESTORE_LOCK))) movedAt = clock.elapsed();
    if (clock.elapsed() - movedAt > timeoutMs) throw nobodyWorks(pool.left);
    if (!pool.isEmpty) await clock.sleep(LOOK_EVERY_MS, { signal });
  }
}

function nobodyWorks(left: number): BackuperError {
  const text = `nobody loads the large tables: with their indexes, ${left} are left`;
  return new BackuperError('parts-missing', text, {
    hint: `start the jobs with ${say.option('part')} earlier, raise ${say.option('partTimeout')}, or leave out ${say.option('noHolderWorks')}`,
  });
}

/** The end of each shared job, whoever did it: what the server counted is in the journal. */
async function settledBy(
  jobs: readonly RestoreJob[],
  shared: readonly SharedJob[],
  session: Session,
): Promise<GraphResult> {
  const ids = new Set(shared.map(({ id }) => id));
  const refused = new Map((await readRefused(session)).map(({ id, why }) => [id, why]));
  const done = new Set((await readDoneBy(session)).map(({ id }) => id));
  return endsOf(
    jobs.filter(({ id }) => ids.has(id)),
    { refused, done },
  );
}

/**
 * Pure. What was refused to one job and done by another is done; an object that lacks its owner is both. Errors:
 * holder-gone for a job that is neither.
 */
export function endsOf(
  jobs: readonly RestoreJob[],
  { refused, done }: { readonly refused: ReadonlyMap<number, string>; readonly done: ReadonlySet<number> },
): GraphResult {
  const loaded: LoadedTable[] = [];
  const refusedTables: RefusedTable[] = [];
  const refusedEntries: RefusedEntry[] = [];
  for (const job of jobs) {
    const why = refused.get(job.id);
    if (why === undefined && !done.has(job.id)) throw holderGone();
    if (job.kind === 'table') {
      const { planned } = job;
      if (done.has(job.id)) loaded.push({ table: planned.table, rows: planned.table.rows });
      else if (why !== undefined)
        refusedTables.push({ planned, error: readFailure(why), rowsLeft: rowsInSlices(planned.table, done) });
    } else if (why !== undefined) {
      const refusal = readRefusal(why);
      if (refusal.part === 'owner' || !done.has(job.id)) refusedEntries.push({ job: job.job, refusal });
    }
  }
  return { loaded, refusedTables, refusedEntries };
}

function together(one: GraphResult, other: GraphResult): GraphResult {
  return {
    loaded: [...one.loaded, ...other.loaded],
    refusedTables: [...one.refusedTables, ...other.refusedTables],
    refusedEntries: [...one.refusedEntries, ...other.refusedEntries],
  };
}
