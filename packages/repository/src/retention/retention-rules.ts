import { numberOf } from '@postgres-backuper/base';
import { periodOf } from './periods.ts';
import type { RetentionBackup, RetentionSettings } from './retention-settings.ts';

export const DAY_MS = 86_400_000;
/** Clocks of two machines differ by more only when one is wrong. */
export const CLOCK_TOLERANCE_MS = 3_600_000;

/** Whether its date cannot be true: later than now, or than the storage's time when it was committed. */
export function isFutureDated(
  { startedAt, storedAt }: Pick<RetentionBackup, 'startedAt' | 'storedAt'>,
  now: number,
): boolean {
  return startedAt > now + CLOCK_TOLERANCE_MS || startedAt > storedAt + CLOCK_TOLERANCE_MS;
}

export interface Rules {
  readonly settings: RetentionSettings;
  readonly now: number;
}

type Keep = (backup: RetentionBackup, reason: string) => void;

/**
 * Why each backup is kept, by label. `newestFirst` must be in that order. One without an entry is kept by no rule.
 * The rules count twice: all backups, as if none were known to be bad, and those that are not. So a verdict that one is
 * bad keeps others in its place, and never deletes what would be kept without it: nobody proves such a verdict.
 */
export function reasonsToKeep(
  newestFirst: readonly RetentionBackup[],
  rules: Rules,
): ReadonlyMap<string, readonly string[]> {
  const reasons = new Map<string, Set<string>>();
  const keep: Keep = ({ label }, reason) => {
    reasons.set(label, (reasons.get(label) ?? new Set()).add(reason));
  };
  for (const backup of newestFirst) {
    if (backup.pinned) keep(backup, 'pinned');
    if (isFutureDated(backup, rules.now)) keep(backup, 'dated in the future');
  }
  const real = newestFirst.filter((backup) => !isFutureDated(backup, rules.now)); // others are no reason to delete one
  keepByRules(real, rules, keep);
  keepByRules(
    real.filter(({ bad }) => !bad),
    rules,
    keep,
  );
  return new Map([...reasons].map(([label, texts]) => [label, [...texts]]));
}

function keepByRules(counted: readonly RetentionBackup[], { settings, now }: Rules, keep: Keep): void {
  const { keepDays = 0, keepLast = 0, keepMinimum } = settings;
  const kept = new Set<string>();
  const keepOne: Keep = (backup, reason) => {
    kept.add(backup.label);
    keep(backup, reason);
  };
  for (const backup of counted) {
    if (keepDays > 0 && backup.startedAt > now - keepDays * DAY_MS)
      keepOne(backup, `younger than ${numberOf(keepDays, 'day')}`);
  }
  for (const backup of counted.slice(0, keepLast)) keepOne(backup, `last ${keepLast}`);
  keepPeriods(counted, settings, keepOne);
  if (!hasRule(settings)) for (const backup of counted) keepOne(backup, 'no rule deletes');
  for (const backup of counted.slice(0, keepMinimum)) {
    if (!kept.has(backup.label)) keep(backup, `minimum ${keepMinimum}`);
  }
}

/** The newest backup of each of the newest N periods that have one. */
function keepPeriods(counted: readonly RetentionBackup[], settings: RetentionSettings, keep: Keep): void {
  const rules = [
    ['daily', settings.keepDaily],
    ['weekly', settings.keepWeekly],
    ['monthly', settings.keepMonthly],
    ['yearly', settings.keepYearly],
  ] as const;
  for (const [kind, wanted = 0] of rules) {
    const seen = new Set<string>();
    for (const backup of counted) {
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
