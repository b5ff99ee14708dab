import { parseLabel } from '../format/label.ts';
import { CLOCK_TOLERANCE_MS } from './retention-rules.ts';
import type { SurveyedBackup } from './survey.ts';

/** A run that left no backup that counts: it has no commit, or one that cannot be read or trusted. */
export interface UnfinishedRun {
  readonly label: string;
  /** When its newest object was stored, by the storage's clock: milliseconds since 1970. */
  readonly newestAt: number;
}

/**
 * The newest of these runs, where it is newer than the newest usable backup: a reason to delete none. Whatever else is
 * among them hides none, whatever its label. `now`: milliseconds since 1970.
 */
export function newestUnfinished(
  runs: readonly UnfinishedRun[],
  { newest, now }: { readonly newest: SurveyedBackup | undefined; readonly now: number },
): string | undefined {
  const newer = runs.filter((run) => newest === undefined || isNewer(run, { newest, now }));
  return newer
    .map(({ label }) => label)
    .sort()
    .at(-1);
}

/** A label from the future would stand behind every later backup: there the storage's times count. */
function isNewer(
  { label, newestAt }: UnfinishedRun,
  { newest, now }: { readonly newest: SurveyedBackup; readonly now: number },
): boolean {
  const startedAt = parseLabel(label)?.startedAt ?? 0;
  if (startedAt > now + CLOCK_TOLERANCE_MS) return newestAt > newest.storedAt;
  return startedAt > newest.startedAt;
}
