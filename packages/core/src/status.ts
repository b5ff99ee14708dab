import type { Context } from './context.ts';
import { BackuperError } from './errors.ts';
import type { Repository } from './repository/repository.ts';
import { isFutureDated } from './repository/retention-rules.ts';
import { survey } from './repository/survey.ts';

export interface StatusRequest {
  readonly name: string;
  /** A newest good backup that is older is stale, milliseconds. */
  readonly maxAgeMs: number;
}

export interface StatusResult {
  readonly name: string;
  readonly location: string;
  readonly state: 'ok' | 'stale' | 'none';
  readonly maxAgeMs: number;
  /** The newest good backup. */
  readonly newest: NewestBackup | null;
  /** How many commits cannot be read or trusted, and how many backups failed a verification. */
  readonly damaged: number;
  readonly failed: number;
}

export interface NewestBackup {
  readonly label: string;
  readonly startedAt: string;
  readonly ageMs: number;
  readonly verification: 'stored' | 'content' | 'restore' | null;
}

/**
 * Whether there is a good backup of the name that is young enough: committed, readable, signed where that is asked for,
 * not known to be bad, and not dated in the future. Its age counts from the snapshot.
 * Errors: backup-none and backup-stale, both with the result; those of the storage.
 */
export async function status(
  { name, maxAgeMs }: StatusRequest,
  { repository }: { readonly repository: Repository },
  { clock, signal }: Context,
): Promise<StatusResult> {
  const { backups, damaged } = await survey({ name, signal }, repository);
  const now = clock.now();
  const good = backups.findLast((backup) => !backup.bad && !isFutureDated(backup, now));
  const ageMs = good === undefined ? Number.POSITIVE_INFINITY : Math.max(0, now - good.startedAt);
  const result: StatusResult = {
    ...{ name, location: repository.storage.location, maxAgeMs },
    state: good === undefined ? 'none' : ageMs > maxAgeMs ? 'stale' : 'ok',
    newest:
      good === undefined
        ? null
        : {
            ...{ label: good.label, startedAt: good.commit.startedAt, ageMs },
            verification: good.verification.ok ? good.verification.level : null,
          },
    damaged: damaged.length,
    failed: backups.filter(({ bad }) => bad).length,
  };
  if (result.state === 'ok') return result;
  throw problem(result);
}

function problem(result: StatusResult): BackuperError {
  const { name, newest, maxAgeMs } = result;
  const hint = `look why 'backup' did not run or failed`;
  if (newest === null) {
    return new BackuperError('backup-none', `'${name}' has no good backup at '${result.location}'`, { hint, result });
  }
  const text = `the newest good backup of '${name}' is ${hours(newest.ageMs)} old, more than ${hours(maxAgeMs)}`;
  return new BackuperError('backup-stale', text, { hint, result });
}

function hours(durationMs: number): string {
  return `${(durationMs / 3_600_000).toFixed(1)} hours`;
}
