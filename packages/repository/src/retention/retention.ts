import { BackuperError, formatBytes, numberOf, say } from '@postgres-backuper/base';
import type { RetentionBackup } from '../backups/retention-backup.ts';
import { expiredText, hasOwnExpiry } from './own-expiry.ts';
import { type Brake, checkBrakes } from './retention-brakes.ts';
import { type Rules, reasonsToKeep } from './retention-rules.ts';
import type { RetentionSettings } from './retention-settings.ts';

export interface RetentionRequest {
  readonly backups: readonly RetentionBackup[];
  readonly settings: RetentionSettings;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Label of a run that crashed after the newest backup was made. */
  readonly crashedRun?: string | undefined;
  /** Label of a backup that cannot be read or trusted, and is newer than the newest usable one. */
  readonly damagedNewest?: string | undefined;
  /** By the storage's clock if it was read, milliseconds since 1970. */
  readonly storageNow?: number | undefined;
  /** Fulls on which a backup may stand that cannot be read or is not finished, with the reason. Default: none. */
  readonly held?: ReadonlyMap<string, string> | undefined;
  /** Allows deleting more than half. */
  readonly force: boolean;
}

export interface RetentionDecision {
  readonly label: string;
  readonly action: 'keep' | 'delete';
  /** `younger than 30 days`, `weekly 2026-W12`, `pinned`, …; or why it may be deleted. At least one. */
  readonly reasons: readonly string[];
}

export interface RetentionPlan {
  /** Newest first. */
  readonly decisions: readonly RetentionDecision[];
  /** Why nothing may be deleted, although the rules would delete some; empty: the deletions are allowed. */
  readonly refusals: readonly Brake[];
}

/** Pure: which backups of one name are kept and deleted, and the brakes. Errors: configuration-invalid. */
export function planRetention(request: RetentionRequest): RetentionPlan {
  checkSettings(request.settings);
  const newestFirst = [...request.backups].sort(byAge);
  const rules = { settings: request.settings, now: request.now };
  const reasons = reasonsToKeep(newestFirst, { ...rules, held: request.held });
  const decisions = newestFirst.map((backup): RetentionDecision => {
    const { label } = backup;
    const keep = reasons.get(label) ?? [];
    if (keep.length > 0) return { label, action: 'keep', reasons: keep };
    return { label, action: 'delete', reasons: [whyDelete(backup, request.settings)] };
  });
  if (decisions.every(({ action }) => action === 'keep')) return { decisions, refusals: [] };
  const doomed = doomedWithoutRecords(newestFirst, rules);
  return { decisions, refusals: checkBrakes(newestFirst, { ...request, doomed }) };
}

/** The labels that would be deleted without unproven records: a forged record must not release a brake. */
function doomedWithoutRecords(newestFirst: readonly RetentionBackup[], rules: Rules): ReadonlySet<string> {
  const plain = newestFirst.map((backup) => ({ ...backup, bad: false, pinned: backup.pinned && backup.pinProven }));
  const reasons = reasonsToKeep(plain, rules);
  return new Set(plain.map(({ label }) => label).filter((label) => !reasons.has(label)));
}

function checkSettings(settings: RetentionSettings): void {
  const { timeZone: _, ...rules } = settings;
  const numbers = Object.values(rules).filter((value) => value !== undefined);
  if (settings.keepMinimum >= 1 && numbers.every((value) => Number.isSafeInteger(value) && value >= 0)) return;
  throw new BackuperError(
    'configuration-invalid',
    'the retention settings are not whole numbers, or the minimum is 0',
    {
      hint: `${say.option('keepMinimum')} is at least 1, and the other rules are 0 (no such rule) or more`,
    },
  );
}

function whyDelete(backup: RetentionBackup, { keepDays = 0, keepSize = 0, timeZone }: RetentionSettings): string {
  if (hasOwnExpiry(backup)) return expiredText(backup, timeZone);
  const beyond = [
    ...(keepDays > 0 ? [`older than ${numberOf(keepDays, 'day')}`] : []),
    ...(keepSize > 0 ? [`beyond the newest ${formatBytes(keepSize)}`] : []),
  ];
  return beyond.length === 0 ? 'kept by no rule' : beyond.join(', ');
}

function byAge(a: RetentionBackup, b: RetentionBackup): number {
  return b.startedAt - a.startedAt || (a.label < b.label ? 1 : -1);
}
