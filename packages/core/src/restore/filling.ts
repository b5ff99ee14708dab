import { BackuperError } from '@postgres-backuper/base';
import type { Client } from '@postgres-backuper/postgres';
import type { EntrySteps, RefusedEntry } from './entry-jobs.ts';
import type { KeptSession } from './kept-session.ts';
import { objectName, reasonOf } from './not-restored.ts';
import type { RestoreRun } from './restore-run.ts';
import { retryEntries } from './retry-entries.ts';
import { runEntries } from './run-entries.ts';

/** What the steps of a restore share. */
export interface Filling {
  readonly run: RestoreRun;
  readonly client: Client;
  readonly session: KeptSession;
  readonly journal: boolean;
  readonly searchPath: string;
}

/** Runs entries in their order, then all that were refused until now once more. Errors: with `strict` the first refusal. */
export async function runStep(
  jobs: EntrySteps['preData'],
  refusedBefore: readonly RefusedEntry[],
  { run, ...services }: Filling,
): Promise<readonly RefusedEntry[]> {
  const { request, context } = run;
  const refused = await runEntries(jobs, services, context);
  const left = await retryEntries([...refusedBefore, ...refused], services, context);
  const [first] = left;
  if (request.strict && first !== undefined) throw refusedError(first, run);
  return left;
}

/** Whether no rows were left out of the backup or of this restore. */
export function isWhole({ request, backup }: RestoreRun): boolean {
  return request.selection === undefined && backup.catalog.exclusions.length === 0;
}

function refusedError({ job, refusal }: RefusedEntry, run: RestoreRun): BackuperError {
  return new BackuperError(
    'restore-failed',
    `'${objectName(job.entry)}' could not be restored: ${reasonOf(refusal, { whole: isWhole(run) })}`,
  );
}
