import { type Context, isBackuperError, toBackuperError } from '@postgres-backuper/base';
import type { Destination, Repository, RetentionDecision } from '@postgres-backuper/repository';
import type { PruneRequest } from '../prune/prune-request.ts';
import { prune } from '../prune.ts';

/** What the rotation after a backup may delete. */
export type RotationRequest = Pick<PruneRequest, 'retention' | 'force' | 'acceptNewServer'>;

/** What a rotation did in one repository. */
export interface Rotation {
  /** Labels that it deleted. */
  readonly deleted: readonly string[];
  /** How many backups are left. */
  readonly kept: number;
  /** What became of the newest backups and why, newest first; at most a hundred. */
  readonly decisions: readonly RetentionDecision[];
  /** Why it did not delete what the rules allow, or could not. */
  readonly rotationProblem: string | null;
}

/**
 * Rotates each repository in which the backup is committed. What a brake or the storage refuses is a warning: the
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

/** A result of a repository with thousands of backups stays readable. */
const DECISIONS_MAX = 100;

const NONE: Rotation = { deleted: [], kept: 0, decisions: [], rotationProblem: null };

async function rotateOne(request: PruneRequest, repository: Repository, context: Context): Promise<Rotation> {
  try {
    const { deleted, backups } = await prune(request, { repository }, context);
    const decisions = backups.slice(0, DECISIONS_MAX).map(({ label, action, reasons }) => ({ label, action, reasons }));
    return { deleted, kept: backups.length - deleted.length, decisions, rotationProblem: null };
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
