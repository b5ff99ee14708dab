import { BackuperError, say } from '@postgres-backuper/base';
import { closeDatabase, readConnectGrants, type Session } from '@postgres-backuper/postgres';
import { closeGiven, isToBeClosed } from './closed-database.ts';
import { fillDatabase } from './fill-database.ts';
import { type AssertedDatabase, finishRestore } from './finish-restore.ts';
import type { LoadObserver } from './load-table.ts';
import { shareRestore } from './parts/share-restore.ts';
import type { Sharing } from './parts/sharing.ts';
import type { LoadPlan } from './plan-load.ts';
import { requireRows } from './require-rows.ts';
import { restoreOwner, takeBackProperties } from './restore-properties.ts';
import { onMaintenance, type RestoreRun } from './restore-run.ts';
import { beginJournal } from './resume.ts';
import { takeBack } from './take-back.ts';

export interface ContentsRequest {
  readonly plan: LoadPlan;
  readonly observer: LoadObserver | undefined;
  /** A session in the database, which holds its lock. */
  readonly alone: Session | undefined;
}

/** Everything in the database, from its owner to its properties. Errors: those of the steps. */
export async function restoreContents(
  run: RestoreRun,
  { plan, observer, alone }: ContentsRequest,
): Promise<AssertedDatabase> {
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
  const sharing = await beginParts(run);
  try {
    return await fillAndFinish({ ...run, sharing }, { plan, observer, alone });
  } finally {
    await sharing?.close();
  }
}

async function fillAndFinish(run: RestoreRun, { plan, observer, alone }: ContentsRequest): Promise<AssertedDatabase> {
  const { request } = run;
  const filled = await fillDatabase(run, plan, observer);
  if (request.mode === 'new') requireRows(filled);
  const { properties, assertions } = await finishRestore(run, filled, alone);
  return { ...filled, assertions, objects: [...filled.objects, ...properties] };
}

/** Errors: privilege-missing without a journal, by which several jobs know what is done. */
async function beginParts(run: RestoreRun): Promise<Sharing | undefined> {
  const { request, resumable } = run;
  if (request.parts === undefined) return undefined;
  if (resumable.journal) return shareRestore(run, request.parts);
  const text = `several jobs cannot share the restore into '${request.database}': the role may not create a schema there`;
  throw new BackuperError('privilege-missing', text, {
    hint: `grant it CREATE on the database, or leave out ${say.option('parts')}`,
  });
}
