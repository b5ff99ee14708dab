import { periodOf } from './periods.ts';
import type { RetentionBackup, RetentionSettings } from './retention.ts';

export const DAY_MS = 86_400_000;
/** Clocks of two machines differ by more only when one is wrong. */
const CLOCK_TOLERANCE_MS = 3_600_000;

/** Whether its date cannot be true: later than now, or than the storage's time when it was committed. */
export function isFutureDated({ startedAt, storedAt }: RetentionBackup, now: number): boolean {
  return startedAt > now + CLOCK_TOLERANCE_MS || startedAt > storedAt + CLOCK_TOLERANCE_MS;
}

/** Why each backup is kept, by label. `newestFirst` must be in that order. One without an entry is kept by no rule. */
export function reasonsToKeep(
  newestFirst: readonly RetentionBackup[],
  { settings, now }: { readonly settings: RetentionSettings; readonly now: number },
): ReadonlyMap<string, readonly string[]> {
  const reasons = new Map<string, string[]>();
  const keep = ({ label }: RetentionBackup, reason: string): void => {
    reasons.set(label, [...(reasons.get(label) ?? []), reason]);
  };
  // what is dated in the future or known to be bad is no reason to delete another one
  const real = newestFirst.filter((backup) => !isFutureDated(backup, now));
  const good = real.filter(({ bad }) => !bad);
  for (const backup of newestFirst) {
    if (backup.pinned) keep(backup, 'pinned');
    if (isFutureDated(backup, now)) keep(backup, 'dated in the future');
  }
  const { keepDays = 0, keepLast = 0 } = settings;
  for (const backup of real) {
    if (keepDays > 0 && backup.startedAt > now - keepDays * DAY_MS) keep(backup, `younger than ${keepDays} days`);
  }
  for (const backup of good.slice(0, keepLast)) keep(backup, `last ${keepLast}`);
  keepPeriods(good, settings, keep);
  if (!hasRule(settings)) for (const backup of real) keep(backup, 'no rule deletes');
  for (const backup of good.slice(0, settings.keepMinimum)) {
    if (!reasons.has(backup.label)) keep(backup, `minimum ${settings.keepMinimum}`);
  }
  return reasons;
}

/** The newest backup of each of the newest N periods that have one. */
function keepPeriods(
  good: readonly RetentionBackup[],
  settings: RetentionSettings,
  keep: (backup: RetentionBackup, reason: string) => void,
): void {
  const rules = [
    ['daily', settings.keepDaily],
    ['weekly', settings.keepWeekly],
    ['monthly', settings.keepMonthly],
    ['yearly', settings.keepYearly],
  ] as const;
  for (const [kind, wanted = 0] of rules) {
    const seen = new Set<string>();
    for (const backup of good) {
      const period = periodOf(backup.startedAt, kind);
      if (seen.has(period)) continue;
      if (seen.size >= wanted) break;
      seen.add(period);
      keep(backup, `${kind} ${period}`);
    }
  }
}

function hasRule({ keepMinimum: _, ...rules }: RetentionSettings): boolean {
  return Object.values(rules).some((count) => count !== undefined && count > 0);
}
