import type { Context } from './context.ts';
import { BackuperError } from './errors.ts';
import { parseLabel } from './format/label.ts';
import { findLeftOvers, LEFT_OVER_AGE_MS, type LeftOver } from './repository/left-overs.ts';
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

/** Without a sign of life for so long a run has crashed: heartbeats come every 50 minutes. Milliseconds. */
const SILENCE_MS = 2 * 3_600_000;

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

/** What a run without commit left. */
export interface PrunedLeftOver {
  readonly label: string;
  readonly objects: number;
  readonly storedBytes: number;
  readonly action: 'keep' | 'delete';
  readonly reason: string;
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
  const leftOvers = await planLeftOvers({ name, found }, repository, context);
  const plan = planRetention({
    backups: found.backups,
    settings: request.retention,
    now: context.clock.now(),
    crashedRun: leftOvers.find(({ crashedLast }) => crashedLast)?.label,
    force: request.force,
  });
  return { found, leftOvers, plan };
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

type PlannedLeftOver = PrunedLeftOver & {
  /** By the storage's clock, milliseconds since 1970. */
  readonly newestAt: number;
  /** No backup succeeded since, and it is not running any more. */
  readonly crashedLast: boolean;
};

async function planLeftOvers(
  { name, found }: { name: string; found: Survey },
  { storage }: Repository,
  { clock, emit, signal }: Context,
): Promise<PlannedLeftOver[]> {
  const committed = new Set([...found.backups, ...found.damaged].map(({ label }) => label));
  const leftOvers = await findLeftOvers({ name, committed, signed: found.signatures, signal }, storage);
  const storageTime = Math.max(found.storageTime, ...leftOvers.map(({ newestAt }) => newestAt));
  const newestBackupAt = Math.max(0, ...found.backups.map(({ startedAt }) => startedAt));
  const last = leftOvers.at(-1)?.label;
  return leftOvers.map((leftOver) => {
    const { label, objects, storedBytes, newestAt, failed, problem } = leftOver;
    const hasEnded = failed || clock.now() - newestAt >= SILENCE_MS;
    const crashedLast = label === last && hasEnded && startOf(leftOver) > newestBackupAt;
    // by both clocks: an object may be dated in the future, and either clock may be wrong
    const old = Math.min(storageTime, clock.now()) - newestAt >= LEFT_OVER_AGE_MS;
    const [action, reason] = problem === undefined ? judge({ crashedLast, failed, old }) : (['keep', problem] as const);
    if (problem !== undefined)
      emit({ type: 'warning', text: `'${label}' has no commit and stays: ${problem}`, hint: LINKED });
    return { label, objects, storedBytes, action, reason, newestAt, crashedLast };
  });
}

function judge({
  crashedLast,
  failed,
  old,
}: Record<'crashedLast' | 'failed' | 'old', boolean>): ['keep' | 'delete', string] {
  if (crashedLast) return ['keep', 'no backup succeeded since this run'];
  if (old) return ['delete', 'left over: no commit, and nothing new for a day'];
  return ['keep', failed ? 'the run failed less than a day ago' : 'may still be running'];
}

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
    leftOvers: made.leftOvers.map(({ crashedLast: _, newestAt: __, ...leftOver }) => leftOver),
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

function startOf({ label }: LeftOver): number {
  return parseLabel(label)?.startedAt ?? 0;
}
