import { type Context, isBackuperError, toBackuperError } from '@postgres-backuper/base';
import type { Destination, Repository, RetentionDecision } from '@postgres-backuper/repository';
import type { PruneRequest } from '../prune/prune-request.ts';
import { prune } from '../prune.ts';

/** What prune may delete after a backup. */
export type RotationRequest = Pick<PruneRequest, 'retention' | 'force' | 'acceptNewServer'>;

/** What prune did in one repository. */
export interface Rotation {
  /** Deleted labels. */
  readonly deleted: readonly string[];
  readonly freedBytes: number;
  /** Number of backups that are left. */
  readonly kept: number;
  /** Decisions on the newest backups, newest first; up to 100. */
  readonly decisions: readonly RetentionDecision[];
  /** Why it did not, or could not, delete what the rules allow. */
  readonly rotationProblem: string | null;
}

/**
 * Prunes each repository in which the backup is committed. A brake or an error of the storage is only a warning: the
 * backup itself is good.
 */
export async function rotate(
  { name, rotation }: { readonly name: string; readonly rotation: RotationRequest | undefined },
  { destinations, repositories }: { destinations: readonly Destination[]; repositories: readonly Repository[] },
  context: Context,
): Promise<readonly Rotation[]> {
  const rotations: Rotation[] = [];
  for (const [index, { failure }] of destinations.entries()) {
    const repository = repositories[index] as Repository;
    const rotates = rotation !== undefined && failure === undefined;
    rotations.push(rotates ? await rotateOne({ name, ...rotation, dryRun: false }, repository, context) : NONE);
  }
  return rotations;
}

/** Keeps the result readable for a repository with thousands of backups. */
const DECISIONS_MAX = 100;

const NONE: Rotation = { deleted: [], freedBytes: 0, kept: 0, decisions: [], rotationProblem: null };

async function rotateOne(request: PruneRequest, repository: Repository, context: Context): Promise<Rotation> {
  try {
    const { deleted, freedBytes, backups } = await prune(request, { repository }, context);
    const decisions = backups.slice(0, DECISIONS_MAX).map(({ label, action, reasons }) => ({ label, action, reasons }));
    return { deleted, freedBytes, kept: backups.length - deleted.length, decisions, rotationProblem: null };
  } catch (thrown) {
    context.signal.throwIfAborted();
    const { code, message, hint } = toBackuperError(thrown);
    const text = isBackuperError(thrown, 'prune-refused')
      ? `nothing was deleted: ${message}`
      : `prune failed: ${message}`;
    context.emit({ type: 'warning', text, hint });
    return { ...NONE, rotationProblem: `${code}: ${message}` };
  }
}
