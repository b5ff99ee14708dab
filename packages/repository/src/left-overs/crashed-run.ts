import { parseLabel } from '@postgres-backuper/format';
import { beganAfter } from '../backups/began-after.ts';
import { CLOCK_TOLERANCE_MS } from '../backups/future-dated.ts';
import type { SurveyedBackup } from '../backups/survey.ts';

/** A run that left no backup that counts: it has no commit, or one that cannot be read or trusted. */
export interface UnfinishedRun {
  readonly label: string;
  /** When its newest object was stored, by the storage's clock: milliseconds since 1970. */
  readonly newestAt: number;
}

/**
 * The newest of these runs, if it is newer than the newest usable backup: a reason to delete no backup. A run with a
 * date that can be true comes before one from the future, whatever their labels, since its left-over is kept as the
 * reason. `now`: milliseconds since 1970.
 */
export function newestUnfinished(
  runs: readonly UnfinishedRun[],
  { newest, now }: { readonly newest: SurveyedBackup | undefined; readonly now: number },
): string | undefined {
  const newer = runs.filter((run) => newest === undefined || isNewer(run, { newest, now }));
  const labels = newer.map(({ label }) => label).sort();
  return labels.findLast((label) => !isFuture(label, now)) ?? labels.at(-1);
}

/** A label from the future would sort after every later backup: for it the storage's times count. */
function isNewer(
  { label, newestAt }: UnfinishedRun,
  { newest, now }: { readonly newest: SurveyedBackup; readonly now: number },
): boolean {
  return isFuture(label, now) ? newestAt > newest.storedAt : beganAfter(label, newest);
}

function isFuture(label: string, now: number): boolean {
  return startOf(label) > now + CLOCK_TOLERANCE_MS;
}

function startOf(label: string): number {
  return parseLabel(label)?.startedAt ?? 0;
}
