import type { RetentionBackup } from './retention-backup.ts';

/** Clocks of two machines differ by more only when one is wrong. */
export const CLOCK_TOLERANCE_MS = 3_600_000;

/** Whether the date of a backup cannot be true: later than now, or than the storage's time when it was committed. */
export function isFutureDated(
  { startedAt, storedAt }: Pick<RetentionBackup, 'startedAt' | 'storedAt'>,
  now: number,
): boolean {
  return startedAt > now + CLOCK_TOLERANCE_MS || startedAt > storedAt + CLOCK_TOLERANCE_MS;
}
