import { formatTime, type TimeZone, UTC } from '@postgres-backuper/base';
import type { RetentionBackup } from '../backups/retention-backup.ts';

/** Whether a backup has an expiry of its own, which takes the place of the rules. */
export function hasOwnExpiry({ expiresAt }: RetentionBackup): boolean {
  return expiresAt !== undefined;
}

interface Situation {
  readonly now: number;
  readonly timeZone?: TimeZone | undefined;
  readonly keepMinimum: number;
  /** Labels that the rules keep. */
  readonly kept: ReadonlySet<string>;
  /** Adds to `kept`. */
  readonly keep: (backup: RetentionBackup, reason: string) => void;
}

/**
 * Keeps the backups that have not yet reached their own expiry. One that has stays only while it is the newest of
 * `counted`, or while fewer than the minimum would be left without it. `counted`: newest first.
 */
export function keepByOwnExpiry(counted: readonly RetentionBackup[], situation: Situation): void {
  const { now, timeZone, keepMinimum, kept, keep } = situation;
  const own = counted.filter(hasOwnExpiry);
  const isExpired = ({ expiresAt = 0 }: RetentionBackup): boolean => expiresAt <= now;
  for (const backup of own) if (!isExpired(backup)) keep(backup, untilText(backup, timeZone));
  const expired = own.filter(isExpired);
  for (const backup of expired) if (backup === counted[0]) keep(backup, 'expired, but the newest');
  for (const backup of expired) {
    if (!kept.has(backup.label) && kept.size < keepMinimum) keep(backup, `expired, but minimum ${keepMinimum}`);
  }
}

/** `until 2026-04-01 12:00 UTC`: no rule decides how long it stays. */
export function untilText({ expiresAt = 0 }: Pick<RetentionBackup, 'expiresAt'>, timeZone: TimeZone = UTC): string {
  return `until ${formatTime(expiresAt, timeZone)}`;
}

/** Why a backup may go that has reached its own expiry. */
export function expiredText({ expiresAt = 0 }: Pick<RetentionBackup, 'expiresAt'>, timeZone: TimeZone = UTC): string {
  return `expired ${formatTime(expiresAt, timeZone)}`;
}
