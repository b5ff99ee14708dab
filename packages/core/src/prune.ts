import { BackuperError, type Context } from '@postgres-backuper/base';
import type { Brake, PrunedLeftOver, Repository, RetentionDecision } from '@postgres-backuper/repository';
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
  const freed = request.dryRun ? NOTHING : await applyPrune(request.name, { ...planned, repository }, context);
  const result = describe(request, { ...planned, freed, location: repository.storage.location });
  if (result.refusals.length > 0 && !request.dryRun) throw refused(result.refusals, result);
  return result;
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
