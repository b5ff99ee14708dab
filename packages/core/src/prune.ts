import type { Context } from './context.ts';
import { BackuperError } from './errors.ts';
import type { DamagedBackup } from './repository/commits.ts';
import { newestUnfinished, type UnfinishedRun } from './repository/crashed-run.ts';
import { newestUsable } from './repository/newest.ts';
import { type PlannedLeftOver, type PrunedLeftOver, planLeftOvers } from './repository/plan-left-overs.ts';
import { requireProof, writeRecord } from './repository/records.ts';
import type { Repository } from './repository/repository.ts';
import {
  planRetention,
  type RetentionDecision,
  type RetentionPlan,
  type RetentionSettings,
} from './repository/retention.ts';
import { type Brake, serverChange } from './repository/retention-brakes.ts';
import { isFutureDated } from './repository/retention-rules.ts';
import { type Survey, type SurveyedBackup, survey } from './repository/survey.ts';
import { deleteBackups, sweepLeftOver, whyNotSwept } from './repository/sweep.ts';

export interface PruneRequest {
  readonly name: string;
  readonly retention: RetentionSettings;
  /** Nothing is deleted or written. */
  readonly dryRun: boolean;
  /** Allows deleting more than half at once. */
  readonly force: boolean;
  /** The newest backup's server goes on with the backups before it. */
  readonly acceptNewServer: boolean;
}

export interface PruneResult {
  readonly name: string;
  readonly location: string;
  readonly dryRun: boolean;
  /** Newest first. */
  readonly backups: readonly (RetentionDecision & { readonly startedAt: string; readonly storedBytes: number })[];
  /** Backups that cannot be read or trusted; they are never deleted and never count. */
  readonly damaged: readonly { readonly label: string; readonly problem: string }[];
  readonly leftOvers: readonly PrunedLeftOver[];
  /** Labels that were deleted; empty in a dry run. */
  readonly deleted: readonly string[];
  readonly freedBytes: number;
  /** Why nothing was deleted though the rules allow it. */
  readonly refusals: readonly Brake[];
}

/**
 * Deletes what no rule keeps, then what crashed runs left. Pure plan first, then apply. Errors: prune-refused with the
 * result, when a brake says that nothing may be deleted now (left-overs are swept nevertheless); configuration-invalid;
 * those of the storage.
 */
export async function prune(
  request: PruneRequest,
  { repository }: { readonly repository: Repository },
  context: Context,
): Promise<PruneResult> {
  context.emit({ type: 'phase', phase: 'rotate', text: `looking at the backups of '${request.name}'` });
  const first = await lookAndPlan(request, { repository, fresh: false }, context);
  // what a cache tells is enough to keep, and never to delete
  const mayDelete = !request.dryRun && first.plan.decisions.some(({ action }) => action === 'delete');
  const { found, leftOvers, plan } = mayDelete
    ? await lookAndPlan(request, { repository, fresh: true }, context)
    : first;
  for (const { label, problem } of leftOvers) {
    if (problem !== undefined)
      context.emit({ type: 'warning', text: `'${label}' has no commit and stays: ${problem}`, hint: LINKED });
  }
  const freed = request.dryRun ? NOTHING : await apply(request.name, { plan, leftOvers, repository }, context);
  const result = describe(request, { found, plan, leftOvers, freed, location: repository.storage.location });
  if (plan.refusals.length > 0 && !request.dryRun) throw refused(plan.refusals, result);
  return result;
}

/** `fresh`: every commit is read from the storage itself. */
async function lookAndPlan(
  request: PruneRequest,
  { repository, fresh }: { readonly repository: Repository; readonly fresh: boolean },
  context: Context,
) {
  const { name } = request;
  const seen = await survey({ name, fresh, signal: context.signal }, repository);
  const found = await acceptServer(request, { repository, found: seen }, context);
  const now = context.clock.now();
  const { leftOvers, crashedRun } = await planLeftOvers({ name, found, now }, repository, context.signal);
  const plan = planRetention({
    ...{ backups: found.backups, settings: request.retention, now, crashedRun, force: request.force },
    damagedNewest: newestUnfinished(found.damaged.map(asRun), { newest: newestUsable(found, { now }).usable, now }),
  });
  return { found, leftOvers, plan };
}

function asRun({ label, storedAt }: DamagedBackup): UnfinishedRun {
  return { label, newestAt: storedAt };
}

const NOTHING = { deleted: [] as string[], freedBytes: 0 };

async function apply(
  name: string,
  {
    plan,
    leftOvers,
    repository,
  }: { plan: RetentionPlan; leftOvers: readonly PlannedLeftOver[]; repository: Repository },
  context: Context,
): Promise<{ deleted: string[]; freedBytes: number }> {
  const { signal } = context;
  let freedBytes = 0;
  for (const { label, action, newestAt } of leftOvers) {
    if (action === 'delete')
      freedBytes += (await sweepLeftOver({ name, label, newestAt }, repository, { signal })).storedBytes;
  }
  if (plan.refusals.length > 0) return { deleted: [], freedBytes };
  const doomed = plan.decisions.filter(({ action }) => action === 'delete').map(({ label }) => label);
  const deleted = await sweepable({ name, doomed }, repository, context);
  const swept = await deleteBackups(
    deleted.map((label) => ({ name, label })),
    repository,
    { signal },
  );
  return { deleted, freedBytes: freedBytes + swept.storedBytes };
}

/** The backups that can be removed whole: the commit of another one must not go before its data. */
async function sweepable(
  { name, doomed }: { readonly name: string; readonly doomed: readonly string[] },
  { storage }: Repository,
  { emit, signal }: Context,
): Promise<string[]> {
  const fit: string[] = [];
  for (const label of doomed) {
    const problem = await whyNotSwept({ name, label }, storage, { signal });
    if (problem === undefined) fit.push(label);
    else emit({ type: 'warning', text: `'${label}' has expired and stays: ${problem}`, hint: LINKED });
  }
  return fit;
}

const LINKED = 'remove the link, or move the folder back to its place, and run prune again';

/** With --accept-new-server: a record beside the newest backup says so, once. */
async function acceptServer(
  request: PruneRequest,
  { repository, found }: { repository: Repository; found: Survey },
  context: Context,
): Promise<Survey> {
  if (!request.acceptNewServer) return found;
  requireProof('--accept-new-server', repository);
  const now = context.clock.now();
  const real = found.backups.filter((backup) => !isFutureDated(backup, now));
  const newest = real.at(-1);
  if (newest === undefined || serverChange(real.toReversed()) === undefined) return found;
  const { name, dryRun } = request;
  if (!dryRun) await writeRecord({ name, label: newest.label, kind: 'accept-new-server' }, repository, context);
  const accept = (backup: SurveyedBackup): SurveyedBackup =>
    backup === newest ? { ...backup, accepted: true } : backup;
  return { ...found, backups: found.backups.map(accept) };
}

function describe(
  { name, dryRun }: PruneRequest,
  made: {
    found: Survey;
    plan: RetentionPlan;
    leftOvers: readonly PlannedLeftOver[];
    freed: typeof NOTHING;
    location: string;
  },
): PruneResult {
  const byLabel = new Map(made.found.backups.map((backup) => [backup.label, backup.commit]));
  return {
    ...{ name, dryRun, location: made.location },
    backups: made.plan.decisions.map((decision) => ({
      ...decision,
      startedAt: byLabel.get(decision.label)?.startedAt ?? '',
      storedBytes: byLabel.get(decision.label)?.totals.storedBytes ?? 0,
    })),
    damaged: made.found.damaged.map(({ label, error }) => ({ label, problem: error.message })),
    leftOvers: made.leftOvers.map(({ newestAt: _, problem: __, ...leftOver }) => leftOver),
    ...made.freed,
    refusals: made.plan.refusals,
  };
}

function refused(refusals: readonly Brake[], result: PruneResult): BackuperError {
  return new BackuperError('prune-refused', refusals.map(({ text }) => text).join('; '), {
    hint: refusals.map(({ hint }) => hint).join('; '),
    result,
  });
}
