import { numberOf } from '@postgres-backuper/base';
import { parseLabel } from '@postgres-backuper/format';
import { CLOCK_TOLERANCE_MS } from '../backups/future-dated.ts';
import { newestUsable } from '../backups/newest.ts';
import { isSigned } from '../backups/proven-records.ts';
import type { Survey } from '../backups/survey.ts';
import type { Repository } from '../repository.ts';
import { newestUnfinished } from './crashed-run.ts';
import { findLeftOvers, LEFT_OVER_AGE_MS, type LeftOver } from './left-overs.ts';

/** A run without a heartbeat for this long has crashed, milliseconds; heartbeats come every 50 minutes. */
const SILENCE_MS = 2 * 3_600_000;

/** A left-over, and why it is kept or deleted. */
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
  /** Why it cannot be read, e.g. a folder of it is a symbolic link. */
  readonly problem: string | undefined;
  /** No proven word says that the run ended, and it is not the full of a differential. */
  readonly mayRun: boolean;
}

export interface LeftOverPlan {
  /** In the order of their labels. */
  readonly leftOvers: readonly PlannedLeftOver[];
  /** The newest run that ended without a backup, if no backup succeeded since. */
  readonly crashedRun: string | undefined;
}

export interface LeftOverRequest {
  readonly name: string;
  readonly found: Survey;
  /** By the clock of this machine, milliseconds since 1970. */
  readonly now: number;
  /** By the storage's clock if it was read, milliseconds since 1970. */
  readonly storageNow: number | undefined;
}

/** Plans which left-overs are kept and which are deleted. Errors: those of the storage. */
export async function planLeftOvers(
  { name, found, now, storageNow = now }: LeftOverRequest,
  repository: Pick<Repository, 'storage' | 'trusted'>,
  signal: AbortSignal,
): Promise<LeftOverPlan> {
  const committed = new Set([...found.backups, ...found.damaged].map(({ label }) => label));
  const request = { name, committed, signed: found.signatures, signal };
  const leftOvers = await findLeftOvers(request, repository.storage);
  const ended: LeftOver[] = [];
  for (const leftOver of leftOvers) {
    if (!(await isAlive(leftOver, repository, { now, signal }))) ended.push(leftOver);
  }
  const crashedRun = newestUnfinished(ended, { newest: newestUsable(found, { now }).usable, now });
  const present = newestUpTo(Math.min(now, storageNow), [...found.times, ...leftOvers.map(({ newestAt }) => newestAt)]);
  const running = await stillRunning(leftOvers, { repository, signal });
  const planned = leftOvers.map((leftOver): PlannedLeftOver => {
    const { label, objects, storedBytes, newestAt, failures, problem } = leftOver;
    const old = present - newestAt >= LEFT_OVER_AGE_MS;
    const needed = whyNeeded(leftOver, found);
    const failed = failures.length > 0;
    const [action, reason] = judge({ problem, needed, isCrash: label === crashedRun, failed, old });
    const mayRun = running.has(label) && !isParent(label, found);
    return { label, objects, storedBytes, action, reason, newestAt, problem, mayRun };
  });
  return { leftOvers: planned, crashedRun };
}

/** Those of runs that gave no sign of life for two hours, `now` in milliseconds since 1970: they have ended without a backup. */
export function silentLeftOvers(
  { leftOvers }: LeftOverPlan,
  now: number,
): { readonly runs: number; readonly storedBytes: number } {
  const silent = leftOvers.filter(({ newestAt }) => now - newestAt >= SILENCE_MS);
  return { runs: silent.length, storedBytes: silent.reduce((sum, one) => sum + one.storedBytes, 0) };
}

/**
 * The newest time up to `limit`. Either clock may be ahead, so a left-over is old only if another object was stored a
 * day after it. A time later than either clock is wrong and does not count.
 */
function newestUpTo(limit: number, times: readonly number[]): number {
  return times.reduce((newest, time) => (time <= limit ? Math.max(newest, time) : newest), 0);
}

/** Those of which no record says that they failed: with a trusted signer, none that it signed. */
async function stillRunning(
  leftOvers: readonly LeftOver[],
  {
    repository,
    signal,
  }: { readonly repository: Pick<Repository, 'storage' | 'trusted'>; readonly signal: AbortSignal },
): Promise<ReadonlySet<string>> {
  const { storage, trusted } = repository;
  const running = new Set<string>();
  for (const { label, failures } of leftOvers) {
    let isEnded = false;
    for (const failure of failures)
      isEnded ||= trusted === undefined || (await isSigned(failure, { storage, trusted }, { signal }));
    if (!isEnded) running.add(label);
  }
  return running;
}

function isParent(label: string, { backups }: Survey): boolean {
  return backups.some(({ parent }) => parent === label);
}

/** Why the data of a backup without a commit are not left over: it is a full that lost its commit. */
function whyNeeded({ label, hasIndex }: LeftOver, { backups, damaged }: Survey): string | undefined {
  const count = backups.filter(({ parent }) => parent === label).length;
  if (count > 0) return `no commit, and ${numberOf(count, 'differential')} may need its data`;
  const unreadable = hasIndex ? damaged.find((one) => startOf(one.label) >= startOf(label)) : undefined;
  return unreadable && `no commit, and '${unreadable.label}', which cannot be read, may need its data`;
}

function startOf(label: string): number {
  return parseLabel(label)?.startedAt ?? 0;
}

interface Facts {
  readonly problem: string | undefined;
  readonly needed: string | undefined;
  readonly isCrash: boolean;
  readonly failed: boolean;
  readonly old: boolean;
}

function judge({ problem, needed, isCrash, failed, old }: Facts): ['keep' | 'delete', string] {
  if (problem !== undefined) return ['keep', problem];
  if (needed !== undefined) return ['keep', needed];
  if (isCrash) return ['keep', 'no backup succeeded since this run'];
  if (old) return ['delete', 'left over: no commit, and nothing new for a day'];
  return ['keep', failed ? 'the run failed less than a day ago' : 'may still be running'];
}

/**
 * Whether a run may still be running. Anyone who may write to the storage can write heartbeats for a crashed run: with
 * a trusted signer only signed heartbeats count, and a run that began recently needs none yet.
 */
async function isAlive(
  { failures, heartbeats, label, newestAt }: LeftOver,
  { storage, trusted }: Pick<Repository, 'storage' | 'trusted'>,
  { now, signal }: { readonly now: number; readonly signal: AbortSignal },
): Promise<boolean> {
  if (failures.length > 0) return false;
  const isRecent = (at: number): boolean => now - at < SILENCE_MS;
  if (trusted === undefined) return isRecent(newestAt);
  const startedAt = startOf(label);
  if (isRecent(startedAt) && startedAt <= now + CLOCK_TOLERANCE_MS) return true;
  for (const heartbeat of heartbeats.toReversed()) {
    if (!isRecent(Math.min(heartbeat.at, heartbeat.storedAt))) continue;
    if (await isSigned(heartbeat, { storage, trusted }, { signal })) return true;
  }
  return false;
}
