import { numberOf } from '@postgres-backuper/base';
import { cutForeignServers, explainForeign, notRefreshed } from './cut-foreign.ts';
import { entrySteps } from './entry-jobs.ts';
import { type Filling, runStep } from './filling.ts';
import { keepSession } from './kept-session.ts';
import { loadLargeObjects } from './load-large-objects.ts';
import type { LoadedTable, LoadObserver, RefusedTable } from './load-table.ts';
import { inTocOrder, type NotRestored } from './not-restored.ts';
import type { RestoredPart } from './parts/sharing.ts';
import { takeBackSlices } from './parts/take-back-slices.ts';
import type { LoadPlan } from './plan-load.ts';
import { createLoadProgress } from './progress.ts';
import { type RestoreGraph, restoreGraph } from './restore-graph.ts';
import { restoreRest } from './restore-rest.ts';
import { onNew, type RestoreRun } from './restore-run.ts';
import { retryTables, withoutEmpty } from './retry-tables.ts';
import { runGraph } from './run-graph.ts';
import { searchPathOf } from './search-path.ts';
import { ownersAgain } from './take-back.ts';

/** What a restore brought back, and what it could not. */
export interface FilledDatabase {
  readonly loaded: readonly LoadedTable[];
  readonly refusedTables: readonly RefusedTable[];
  readonly objects: readonly NotRestored[];
  /** What each of several jobs did; undefined: this run did all. */
  readonly parts?: readonly RestoredPart[] | undefined;
}

/**
 * Definitions → rows, with the indexes that can be built beside them → sequences → large objects → other indexes,
 * constraints, triggers → policies → grants → materialized views → event triggers. Whatever the server refuses is tried
 * again, and is a verdict if it stays refused. Errors: with `strict` restore-failed for the first refusal; runGraph,
 * runPgRestore.
 */
export async function fillDatabase(
  run: RestoreRun,
  plan: LoadPlan,
  observer: LoadObserver | undefined,
): Promise<FilledDatabase> {
  const { request, selected, backup, context } = run;
  const client = onNew(run);
  const { journal, done } = run.resumable;
  const session = keepSession(client, run.dump, context);
  const filling = { run, client, session, journal, searchPath: searchPathOf(backup.catalog.database) };
  const steps = entrySteps(
    run.chosen.kept.filter(({ dumpId }) => !done.has(dumpId)),
    request,
  );
  try {
    context.emit({ type: 'phase', phase: 'pre-data', text: 'restoring definitions' });
    const early = await runStep(steps.preData, ownersAgain(run), filling);
    const foreign = request.mode === 'scratch' ? await cutForeignServers(run, client) : 'none';
    const skipped = foreign === 'open' ? steps.refreshes : [];
    const left = withoutDone(plan, done);
    const graph = restoreGraph(left, steps.postData);
    await takeBackSlices(run, { session, inSlices: () => run.sharing?.inSlices(graph.rows) ?? new Set() });
    const rows = await loadRows(graph, observer, filling);
    const parts = await run.sharing?.end();
    const large = await loadLargeObjects(run);
    context.emit({ type: 'phase', phase: 'post-data', text: 'building indexes and constraints' });
    const isComplete = rows.refusedTables.length === 0;
    const refused = [...early, ...rows.refusedEntries];
    const rest = skipped.length > 0 ? { ...steps, refreshes: [] } : steps;
    const objects = await restoreRest(rest, { graph, refused, isComplete }, filling);
    const before = selected.tables
      .filter(({ dumpId }) => done.has(dumpId))
      .map((table) => ({ table, rows: table.rows }));
    const all = [...rows.emptyTables, ...large, ...objects, ...notRefreshed(skipped)];
    return {
      loaded: [...before, ...rows.loaded],
      refusedTables: rows.refusedTables,
      parts,
      objects: inTocOrder(explainForeign(all, foreign), run.toc),
    };
  } finally {
    await session.close();
  }
}

function withoutDone({ parallel, inOrder }: LoadPlan, done: ReadonlySet<number>): LoadPlan {
  const isLeft = ({ table }: LoadPlan['parallel'][number]): boolean => !done.has(table.dumpId);
  return { parallel: parallel.filter(isLeft), inOrder: inOrder.filter(isLeft) };
}

async function loadRows({ rows }: RestoreGraph, observer: LoadObserver | undefined, filling: Filling) {
  const { run, client, journal, session, searchPath } = filling;
  const { request, selected, backup, segments, context } = run;
  const bytes = selected.tables.reduce((sum, table) => sum + table.bytes, 0);
  const text = `loading ${numberOf(selected.tables.length, 'table')} with ${numberOf(request.jobs, 'session')}`;
  context.emit({ type: 'phase', phase: 'data', text });
  const progress = createLoadProgress({ tables: selected.tables.length, bytes }, () => segments.storedBytes, context);
  const onLoaded = (): void => {
    run.resumable.tables += 1;
  };
  const services = { client, backup, segments, progress, observer, journal, dump: run.dump, onLoaded };
  try {
    const first = await (run.sharing?.load(rows, services) ??
      runGraph(rows, { sessions: request.jobs, services }, context));
    const retried = await retryTables(first.refusedTables, { session, services, searchPath }, context);
    const [refused] = retried.left;
    if (request.strict && refused !== undefined) throw refused.error;
    return { ...first, loaded: [...first.loaded, ...retried.loaded], ...withoutEmpty(retried.left), services };
  } finally {
    progress.end();
  }
}
