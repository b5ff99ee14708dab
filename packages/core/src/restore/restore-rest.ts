import type { EntrySteps, RefusedEntry } from './entry-jobs.ts';
import { type Filling, isWhole, runStep } from './filling.ts';
import type { NotRestored } from './not-restored.ts';
import type { RestoreGraph } from './restore-graph.ts';
import { settleEntries } from './retry-entries.ts';
import { runEntries } from './run-entries.ts';
import { runGraph } from './run-graph.ts';

export interface RestToRestore {
  readonly graph: RestoreGraph;
  readonly refused: readonly RefusedEntry[];
  /** Whether every table has its rows. */
  readonly isComplete: boolean;
}

/** All that comes after the rows. Returns what is not there as it was. Errors: those of runStep and runGraph. */
export async function restoreRest(
  steps: EntrySteps,
  { graph, refused, isComplete }: RestToRestore,
  filling: Filling,
): Promise<NotRestored[]> {
  const { run, session, journal, client } = filling;
  const { request, backup, segments, context } = run;
  const services = { client, backup, segments, journal, dump: run.dump, progress: NO_PROGRESS };
  const whole = isComplete && isWhole(run);
  const sequences = await runEntries(steps.sequences, { session, journal }, context);
  const rest = await runGraph(graph.rest, { sessions: request.jobs, services }, context);
  const others = [...steps.policies, ...steps.grants, ...steps.refreshes];
  const left = await runStep(others, [...refused, ...sequences, ...rest.refusedEntries], filling);
  const settled = await settleEntries(left, { session, journal, whole }, context);
  const last = await runStep(steps.eventTriggers, [], filling);
  return [...settled, ...(await settleEntries(last, { session, journal, whole }, context))];
}

const NO_PROGRESS = { count: () => undefined, tableDone: () => undefined, end: () => undefined, watch: noRows };

async function* noRows(): AsyncGenerator<Buffer> {}
