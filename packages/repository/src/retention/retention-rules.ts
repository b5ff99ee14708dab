import { numberOf, type TimeZone, UTC } from '@postgres-backuper/base';
import { labelTime } from '@postgres-backuper/format';
import { isFutureDated } from '../backups/future-dated.ts';
import type { RetentionBackup } from '../backups/retention-backup.ts';
import { fitting, withinText } from './keep-size.ts';
import { hasOwnExpiry, keepByOwnExpiry, untilText } from './own-expiry.ts';
import { DAY_MS, type PeriodKind, periodOf } from './periods.ts';
import type { RetentionSettings } from './retention-settings.ts';

export interface Rules {
  readonly settings: RetentionSettings;
  readonly now: number;
  /** Fulls on which a backup may stand that cannot be read or is not finished, with the reason. Default: none. */
  readonly held?: ReadonlyMap<string, string> | undefined;
}

type Keep = (backup: RetentionBackup, reason: string) => void;

/**
 * Why each backup is kept, by label; a backup without an entry is kept by no rule. `newestFirst` must be in that order.
 * The rules are applied twice: to all backups, and to those not known to be bad. So a verdict of damage keeps other
 * backups too, and never deletes one that would be kept without it: such verdicts are not proven. A backup with an expiry
 * of its own takes no place in a rule, so it deletes no other one. Then the fulls of the kept differentials are kept.
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
  const real = newestFirst.filter((backup) => !isFutureDated(backup, rules.now)); // others must not cause a deletion
  const sizes = new Map(newestFirst.map(({ label, storedBytes }) => [label, storedBytes]));
  for (const counted of [real, real.filter(({ bad }) => !bad)]) {
    const { firsts, keepAll } = asOne(counted, keep);
    keepByRules(firsts, { ...rules, sizes }, keepAll);
  }
  keepFulls(newestFirst, { held: rules.held, reasons, keep });
  return new Map([...reasons].map(([label, texts]) => [label, [...texts]]));
}

/** Backups of the same millisecond, also by their labels, are one that is being rekeyed: they take one place in the rules, and stay together. */
function asOne(counted: readonly RetentionBackup[], keep: Keep): { firsts: readonly RetentionBackup[]; keepAll: Keep } {
  if (new Set(counted.map(({ startedAt }) => startedAt)).size === counted.length)
    return { firsts: counted, keepAll: keep };
  const keyOf = ({ label, startedAt, expiresAt }: RetentionBackup) => [labelTime(label), startedAt, expiresAt].join();
  const groups = Map.groupBy(counted, keyOf);
  const firsts = [...groups.values()].flatMap((group) => group.slice(0, 1));
  const keepAll: Keep = (first, reason) => {
    for (const backup of groups.get(keyOf(first)) ?? []) keep(backup, reason);
  };
  return { firsts, keepAll };
}

/** A full stays as long as one of its differentials. Differentials stand on fulls only, so one pass suffices. */
function keepFulls(
  backups: readonly RetentionBackup[],
  { held, reasons, keep }: { held: Rules['held']; reasons: ReadonlyMap<string, unknown>; keep: Keep },
): void {
  const kept = new Map<string | null, number>();
  for (const { label, parent } of backups) if (reasons.has(label)) kept.set(parent, (kept.get(parent) ?? 0) + 1);
  for (const backup of backups) {
    const count = kept.get(backup.label) ?? 0;
    const hold = held?.get(backup.label);
    if (count > 0) keep(backup, `kept for ${numberOf(count, 'differential')}`);
    if (hold !== undefined) keep(backup, hold);
  }
}

function keepByRules(all: readonly RetentionBackup[], { settings, now, sizes }: Sized, keep: Keep): void {
  const { keepMinimum, timeZone = UTC } = settings;
  const counted = all.filter((backup) => !hasOwnExpiry(backup));
  const kept = new Set<string>();
  const keepOne: Keep = (backup, reason) => {
    kept.add(backup.label);
    keep(backup, reason);
  };
  const given = RULE_NAMES.map((name) => ({ rule: RULES[name], count: settings[name] ?? 0 }));
  const active = given.filter(({ count }) => count > 0);
  for (const { rule, count } of active) rule(counted, { count, now, timeZone, sizes, keep: keepOne });
  if (active.length === 0) for (const backup of counted) keepOne(backup, 'no rule deletes');
  for (const backup of counted.slice(0, keepMinimum)) {
    if (!kept.has(backup.label)) keepOne(backup, `minimum ${keepMinimum}`);
  }
  keepByOwnExpiry(all, { now, timeZone, keepMinimum, kept, keep: keepOne });
}

/** With the bytes of every backup, by label. */
type Sized = Rules & { readonly sizes: ReadonlyMap<string, number> };

type RuleName = Exclude<keyof RetentionSettings, 'keepMinimum' | 'timeZone'>;
/** The backups that a rule keeps, from a list with the newest first; `count` is at least 1. */
type Rule = (
  counted: readonly RetentionBackup[],
  how: { count: number; now: number; timeZone: TimeZone; sizes: Sized['sizes']; keep: Keep },
) => void;

/** In the order in which reasons are shown. A setting without a rule does not compile. */
const RULES: Readonly<Record<RuleName, Rule>> = {
  keepDays: keepYounger,
  keepLast: (counted, { count, keep }) => {
    for (const backup of counted.slice(0, count)) keep(backup, `last ${count}`);
  },
  keepDaily: keepPeriods('daily'),
  keepWeekly: keepPeriods('weekly'),
  keepMonthly: keepPeriods('monthly'),
  keepYearly: keepPeriods('yearly'),
  keepSize: (counted, { count, sizes, keep }) => {
    for (const backup of fitting(counted, { bytes: count, sizes })) keep(backup, withinText(count));
  },
};
const RULE_NAMES = Object.keys(RULES) as RuleName[];

function keepYounger(...[counted, { count, now, keep }]: Parameters<Rule>): void {
  for (const backup of counted) {
    if (backup.startedAt > now - count * DAY_MS) keep(backup, youngerThan(count));
  }
}

function youngerThan(days: number): string {
  return `younger than ${numberOf(days, 'day')}`;
}

/**
 * When a backup is no longer kept, milliseconds since 1970, where its age or its own expiry alone decides; undefined:
 * another rule keeps it, and later backups decide how long.
 */
export function keptUntil(
  {
    startedAt,
    reasons,
    expiresAt,
  }: Pick<RetentionBackup, 'startedAt' | 'expiresAt'> & { readonly reasons: readonly string[] },
  { keepDays = 0, timeZone }: RetentionSettings,
): number | undefined {
  if (expiresAt !== undefined && reasons.every((reason) => reason === untilText({ expiresAt }, timeZone)))
    return expiresAt;
  const isByAge = keepDays > 0 && reasons.every((reason) => reason === youngerThan(keepDays));
  return isByAge ? startedAt + keepDays * DAY_MS : undefined;
}

/** The newest backup of each of the newest N periods that have one. */
function keepPeriods(kind: PeriodKind): Rule {
  return (counted, { count, timeZone, keep }) => {
    const seen = new Set<string>();
    for (const backup of counted) {
      const period = periodOf(backup.startedAt, kind, timeZone);
      if (seen.has(period)) continue;
      if (seen.size >= count) break;
      seen.add(period);
      keep(backup, `${kind} ${period}`);
    }
  };
}
