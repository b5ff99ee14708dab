import { parseLabel } from '@postgres-backuper/format';
import { beganAfter } from './began-after.ts';
import { CLOCK_TOLERANCE_MS, isFutureDated } from './future-dated.ts';
import type { RetentionBackup } from './retention-backup.ts';
import type { Survey, SurveyedBackup } from './survey.ts';

/** A backup that is newer than the usable one, and why it does not count. */
export interface PassedOver {
  readonly label: string;
  /**
   * `damaged`: its commit, or that of its full, cannot be read or trusted; `failed`: a verification or a restore found it
   * or its full damaged; `future`: its date cannot be true.
   */
  readonly flaw: 'damaged' | 'failed' | 'future';
  readonly why: string;
}

export interface Newest {
  readonly usable: SurveyedBackup | undefined;
  /** Newest first. */
  readonly passedOver: readonly PassedOver[];
}

/** Whether a backup may count as the newest one: not known to be bad, with a date that can be true. */
export function isUsable(backup: Pick<RetentionBackup, 'bad' | 'startedAt' | 'storedAt'>, now: number): boolean {
  return !backup.bad && !isFutureDated(backup, now);
}

/**
 * The only definition of the newest usable backup: for `latest`, `--at`, `status`, `--skip-if-newer-than` and brakes.
 * `until`: the latest date that counts, milliseconds since 1970.
 */
export function newestUsable(
  { backups, damaged }: Pick<Survey, 'backups' | 'damaged'>,
  { now, until = Number.POSITIVE_INFINITY }: { readonly now: number; readonly until?: number | undefined },
): Newest {
  const usable = backups.findLast((backup) => isUsable(backup, now) && backup.startedAt <= until);
  const flawed = [
    ...backups
      .filter((backup) => !isUsable(backup, now) && backup.startedAt >= (usable?.startedAt ?? 0))
      .map((backup) => ({ at: backup.startedAt, ...flawOf(backup, now) })),
    ...damaged
      .filter((one) => usable === undefined || beganAfter(one.label, usable))
      .map(({ label, error }) => damagedAt(parseLabel(label)?.startedAt ?? 0, { label, why: error.message, now })),
  ];
  const passedOver = flawed
    .filter(({ at }) => at <= until)
    .sort((a, b) => b.at - a.at)
    .map(({ at: _, ...one }): PassedOver => one);
  return { usable, passedOver };
}

function flawOf(backup: SurveyedBackup, now: number): PassedOver {
  const { label } = backup;
  if (isFutureDated(backup, now)) return { label, flaw: 'future', why: 'its date is in the future' };
  return { label, ...(backup.fullFlaw ?? { flaw: 'failed', why: 'a verification or a restore found it damaged' }) };
}

/** Anyone who may put objects can choose any label: a label from the future proves nothing about the newest backup. */
function damagedAt(at: number, { label, why, now }: { label: string; why: string; now: number }) {
  return { at, label, flaw: at > now + CLOCK_TOLERANCE_MS ? ('future' as const) : ('damaged' as const), why };
}
