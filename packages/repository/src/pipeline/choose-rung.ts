/** A level that `auto` uses. */
export interface Rung {
  readonly level: number;
  /** Processor time to seal a segment, of that at level 1. A first guess: what is measured decides. */
  readonly cost: number;
  /** Memory of a compression beyond that at level 1, MiB. */
  readonly memoryMiB: number;
}

/** Levels between these take as long as the next one here, or store as much as the one before: docs/decisions/compression.md. */
const RUNGS: readonly Rung[] = [
  { level: 1, cost: 1, memoryMiB: 0 },
  { level: 3, cost: 2, memoryMiB: 1 },
  { level: 6, cost: 5.5, memoryMiB: 2 },
  { level: 8, cost: 7.5, memoryMiB: 6 },
  { level: 10, cost: 12, memoryMiB: 20 },
  { level: 11, cost: 17, memoryMiB: 20 },
  { level: 16, cost: 150, memoryMiB: 31 },
];

/** What all sealers together may take beyond level 1: a backup takes about 200 MiB and is promised to stay below 256. */
const MEMORY_MIB = 48;

/** The levels for which there is memory; at least level 1. */
export function rungsFor(sealers: number): readonly Rung[] {
  return RUNGS.filter(({ memoryMiB }) => memoryMiB * sealers <= MEMORY_MIB);
}

/** What held a backup up since the level changed, or of late: shares from 0 to 1 of `elapsedMs`. */
export interface Held {
  readonly elapsedMs: number;
  /** Segments that were sealed since the level changed. */
  readonly sealed: number;
  /** A segment waited for the storage, and a sealer had nothing to do. */
  readonly byStorage: number;
  /** Segments were sealed, and the storage had nothing to do. */
  readonly bySealers: number;
  /** The sealers worked, on average of all of them. */
  readonly busy: number;
}

/** Before less time a level is judged only if it is too high. */
const JUDGED_MS = 1000;
const SEALED_LEAST = 2;
/** How much higher at once: the costs are guesses. */
const RISE_MOST = 2;
/** Between the two the level stays. */
const STORAGE_HOLDS_UP = 0.5;
const STORAGE_IS_FREE = 0.2;
const SEALERS_HOLD_UP = 0.25;
/** The most that sealers may be expected to work at a higher level: segments differ, and the server needs a processor too. */
const BUSY_MOST = 0.7;

/**
 * The rung to use next. Lower, by one: at once when the storage waits for a sealer, and when nothing waits for the storage any more.
 * Higher, at most to `ceiling`, while the storage holds the backup up and the sealers are expected to have time for it.
 */
export function chooseRung(
  { rung, ceiling, rungs }: { readonly rung: number; readonly ceiling: number; readonly rungs: readonly Rung[] },
  { elapsedMs, sealed, byStorage, bySealers, busy }: Held,
): number {
  const lower = Math.max(0, rung - 1);
  if (sealed > 0 && bySealers > SEALERS_HOLD_UP) return lower;
  if (elapsedMs < JUDGED_MS || sealed < SEALED_LEAST) return rung;
  if (byStorage < STORAGE_IS_FREE) return lower;
  if (byStorage < STORAGE_HOLDS_UP) return rung;
  const costNow = rungs[rung]?.cost ?? 1;
  const fits = (at: number): boolean => (busy * (rungs[at]?.cost ?? Number.POSITIVE_INFINITY)) / costNow <= BUSY_MOST;
  let higher = rung;
  while (higher < Math.min(rung + RISE_MOST, ceiling) && fits(higher + 1)) higher += 1;
  return higher;
}
