import { parseLabel } from '../format/label.ts';
import { findLeftOvers, LEFT_OVER_AGE_MS, type LeftOver } from './left-overs.ts';
import type { Repository } from './repository.ts';
import type { Survey } from './survey.ts';

/** Without a sign of life for so long a run has crashed: heartbeats come every 50 minutes. Milliseconds. */
const SILENCE_MS = 2 * 3_600_000;

/** What a run without commit left. */
export interface PrunedLeftOver {
  readonly label: string;
  readonly objects: number;
  readonly storedBytes: number;
  readonly action: 'keep' | 'delete';
  readonly reason: string;
}

export interface PlannedLeftOver extends PrunedLeftOver {
  /** By the storage's clock, milliseconds since 1970. */
  readonly newestAt: number;
  /** No backup succeeded since, and it is not running any more. */
  readonly crashedLast: boolean;
  /** Why it cannot be looked at: a folder of it leads elsewhere. */
  readonly problem: string | undefined;
}

/** What is to become of what runs without commit left, in the order of their labels. Errors: those of the storage. */
export async function planLeftOvers(
  { name, found, now }: { readonly name: string; readonly found: Survey; readonly now: number },
  { storage }: Pick<Repository, 'storage'>,
  signal: AbortSignal,
): Promise<PlannedLeftOver[]> {
  const committed = new Set([...found.backups, ...found.damaged].map(({ label }) => label));
  const leftOvers = await findLeftOvers({ name, committed, signed: found.signatures, signal }, storage);
  const storageTime = Math.max(found.storageTime, ...leftOvers.map(({ newestAt }) => newestAt));
  const newestBackupAt = Math.max(0, ...found.backups.map(({ startedAt }) => startedAt));
  const last = leftOvers.at(-1)?.label;
  return leftOvers.map((leftOver) => {
    const { label, objects, storedBytes, newestAt, failed, problem } = leftOver;
    const hasEnded = failed || now - newestAt >= SILENCE_MS;
    const crashedLast = label === last && hasEnded && startOf(leftOver) > newestBackupAt;
    // by both clocks: an object may be dated in the future, and either clock may be wrong
    const old = Math.min(storageTime, now) - newestAt >= LEFT_OVER_AGE_MS;
    const [action, reason] = judge({ problem, crashedLast, failed, old });
    return { label, objects, storedBytes, action, reason, newestAt, crashedLast, problem };
  });
}

interface Facts {
  readonly problem: string | undefined;
  readonly crashedLast: boolean;
  readonly failed: boolean;
  readonly old: boolean;
}

function judge({ problem, crashedLast, failed, old }: Facts): ['keep' | 'delete', string] {
  if (problem !== undefined) return ['keep', problem];
  if (crashedLast) return ['keep', 'no backup succeeded since this run'];
  if (old) return ['delete', 'left over: no commit, and nothing new for a day'];
  return ['keep', failed ? 'the run failed less than a day ago' : 'may still be running'];
}

function startOf({ label }: LeftOver): number {
  return parseLabel(label)?.startedAt ?? 0;
}
