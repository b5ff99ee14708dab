import { BackuperError, type Context, formatBytes, numberOf } from '@postgres-backuper/base';
import {
  type Brake,
  type PrunedLeftOver,
  type Repository,
  type RetentionDecision,
  withinText,
} from '@postgres-backuper/repository';
import { applyPrune } from './prune/apply-prune.ts';
import { LINKED } from './prune/delete-sets.ts';
import { type PrunePlan, planPrune } from './prune/plan-prune.ts';
import type { PruneRequest } from './prune/prune-request.ts';

export interface PruneResult {
  readonly name: string;
  readonly location: string;
  readonly dryRun: boolean;
  /** Newest first. */
  readonly backups: readonly PrunedBackup[];
  /** Backups that cannot be read or trusted; they are never deleted and never count. */
  readonly damaged: readonly { readonly label: string; readonly problem: string }[];
  readonly leftOvers: readonly PrunedLeftOver[];
  /** Labels that were deleted; empty in a dry run. */
  readonly deleted: readonly string[];
  readonly freedBytes: number;
  /** The brakes: why nothing was deleted though the rules allow it. */
  readonly refusals: readonly Brake[];
}

export interface PrunedBackup extends RetentionDecision {
  readonly startedAt: string;
  readonly storedBytes: number;
  /** Label of the full on which a differential stands. */
  readonly parent: string | null;
}

/**
 * Deletes old left-overs, then expired backups: differentials before their fulls. Errors: prune-refused with the result, when a brake forbids deleting
 * backups (left-overs are deleted nevertheless); configuration-invalid; those of the storage.
 */
export async function prune(
  request: PruneRequest,
  { repository }: { readonly repository: Repository },
  context: Context,
): Promise<PruneResult> {
  context.emit({ type: 'phase', phase: 'rotate', text: `looking at the backups of '${request.name}'` });
  const planned = await planPrune(request, repository, context);
  for (const { label, problem } of planned.leftOvers) {
    if (problem !== undefined)
      context.emit({ type: 'warning', text: `'${label}' has no commit and stays: ${problem}`, hint: LINKED });
  }
  tellSize(request, planned, context);
  const freed = request.dryRun ? NOTHING : await applyPrune(request.name, { ...planned, repository }, context);
  const result = describe(request, { ...planned, freed, location: repository.storage.location });
  if (result.refusals.length > 0 && !request.dryRun) throw refused(result.refusals, result);
  return result;
}

/** What is larger than the given size is no mistake: another rule keeps it. */
function tellSize({ retention }: PruneRequest, { plan, found }: PrunePlan, { emit }: Context): void {
  const { keepSize = 0 } = retention;
  const kept = plan.decisions.filter(({ action }) => action === 'keep');
  const sizes = new Map(found.backups.map(({ label, storedBytes }) => [label, storedBytes]));
  const bytes = kept.reduce((sum, { label }) => sum + (sizes.get(label) ?? 0), 0);
  if (keepSize === 0 || bytes <= keepSize) return;
  const others = kept.filter(({ reasons }) => !reasons.includes(withinText(keepSize))).length;
  const text = `the backups that stay have ${formatBytes(bytes)}, more than ${formatBytes(keepSize)}: other rules keep ${numberOf(others, 'backup')}`;
  emit({ type: 'notice', text });
}

const NOTHING = { deleted: [] as string[], freedBytes: 0 };

function describe(
  { name, dryRun }: PruneRequest,
  made: PrunePlan & { readonly freed: typeof NOTHING; readonly location: string },
): PruneResult {
  const byLabel = new Map(made.found.backups.map((backup) => [backup.label, backup.commit]));
  return {
    ...{ name, dryRun, location: made.location },
    backups: made.plan.decisions.map((decision) => ({
      ...decision,
      startedAt: byLabel.get(decision.label)?.startedAt ?? '',
      storedBytes: byLabel.get(decision.label)?.totals.storedBytes ?? 0,
      parent: byLabel.get(decision.label)?.parent ?? null,
    })),
    damaged: made.found.damaged.map(({ label, error }) => ({ label, problem: error.message })),
    leftOvers: made.leftOvers.map(({ newestAt: _, problem: __, mayRun: ___, ...leftOver }) => leftOver),
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
