import { planRetention, type RetentionBackup, type RetentionSettings } from '@postgres-backuper/repository';
import { median } from './anomalies/median.ts';
import type { PastBackup } from './name-history.ts';

const DAY_MS = 86_400_000;
/** How far a forecast looks, days, and how often on the way. */
export const HORIZON_DAYS = 180;
const STEP_DAYS = 10;
/** Backups from which a trend is read: at least the last so many, and all of so many days. */
const TREND = 30;
const TREND_DAYS = 30;
/** What changed within less is no trend, days: two backups by hand, a table that is being loaded. */
const SHORT_DAYS = 3;

/** How the bytes of a repository will grow if each name continues as it did. */
export interface Forecast {
  readonly usedBytes: number;
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** From now on; the last one is at the horizon. */
  readonly points: readonly { readonly at: number; readonly usedBytes: number }[];
  /** When the free space is used up; undefined: not within the horizon. */
  readonly fullAt: number | undefined;
}

/** What a forecast needs of a name. */
interface Growing {
  /** Oldest first. */
  readonly backups: readonly Grown[];
}

type Grown = Pick<PastBackup, 'label' | 'startedAt' | 'totals' | 'pinned' | 'bad' | 'parent'> &
  Pick<RetentionBackup, 'expiresAt'>;

export interface ForecastRequest {
  readonly now: number;
  readonly retention: RetentionSettings;
  readonly usage: { readonly freeBytes: number; readonly totalBytes: number };
}

/**
 * Pure: new backups come as often as before, each as much larger than the one before it as the last ones were, and prune
 * deletes by the rules.
 */
export function forecastOf(names: readonly Growing[], { now, retention, usage }: ForecastRequest): Forecast {
  const futures = names.map(({ backups }) => futureOf(backups, { now, retention }));
  const usedBytes = bytesOf(names.flatMap(({ backups }) => backups.map(({ totals }) => totals.storedBytes)));
  const steps = Array.from({ length: HORIZON_DAYS / STEP_DAYS + 1 }, (_, index) => index);
  const points = steps.map((index) => ({
    at: now + index * STEP_DAYS * DAY_MS,
    usedBytes: index === 0 ? usedBytes : bytesOf(futures.map((future) => future[index - 1] ?? 0)),
  }));
  const limit = usedBytes + usage.freeBytes;
  return { ...usage, usedBytes, points, fullAt: crossing(points, limit) };
}

/** Between the two points where the line crosses the limit. */
function crossing(points: Forecast['points'], limit: number): number | undefined {
  const index = points.findIndex(({ usedBytes }) => usedBytes > limit);
  const [before, after] = [points[index - 1], points[index]];
  if (before === undefined || after === undefined) return undefined;
  const part = (limit - before.usedBytes) / (after.usedBytes - before.usedBytes);
  return before.at + part * (after.at - before.at);
}

interface Sized {
  readonly label: string;
  readonly startedAt: number;
  readonly bytes: number;
  readonly pinned: boolean;
  readonly parent: string | null;
  readonly expiresAt?: number | undefined;
}

/** The bytes of a name at each step. */
function futureOf(
  backups: readonly Grown[],
  { now, retention }: { readonly now: number; readonly retention: RetentionSettings },
): readonly number[] {
  const pace = paceOf(backups.filter(({ bad }) => !bad));
  let kept: readonly Sized[] = backups.map(({ label, startedAt, totals, pinned, parent, expiresAt }) => ({
    ...{ label, startedAt, pinned, parent, expiresAt, bytes: totals.storedBytes },
  }));
  const sums: number[] = [];
  for (let step = 1; step <= HORIZON_DAYS / STEP_DAYS; step += 1) {
    const [from, until] = [now + (step - 1) * STEP_DAYS * DAY_MS, now + step * STEP_DAYS * DAY_MS];
    kept = remaining([...kept, ...comingBackups(pace, { from, until })], { now: until, retention });
    sums.push(bytesOf(kept.map(({ bytes }) => bytes)));
  }
  return sums;
}

interface Pace {
  /** Undefined: no backup comes. */
  readonly everyMs: number | undefined;
  readonly lastAt: number;
  /** Differentials that follow a full, before the next one. */
  readonly differentials: number;
  readonly bytesOfFull: (time: number) => number;
  readonly bytesOfDifferential: () => number;
}

/** More often than this would not change the picture. */
const OFTEN_MS = 3_600_000;

function paceOf(good: readonly Grown[]): Pace {
  const recent = good.slice(-TREND);
  const gaps = recent.slice(1).map(({ startedAt }, index) => startedAt - (recent[index]?.startedAt ?? startedAt));
  const differentials = recent.filter(({ parent }) => parent !== null);
  const sizeOfDifferential = median(sizesOf(differentials));
  return {
    everyMs: gaps.length === 0 ? undefined : Math.max(spanOf(good) < DAY_MS ? DAY_MS : OFTEN_MS, median(gaps)),
    lastAt: recent.at(-1)?.startedAt ?? 0,
    differentials: Math.round(differentials.length / Math.max(1, recent.length - differentials.length)),
    bytesOfFull: trendOf(lastOf(good.filter(({ parent }) => parent === null))),
    bytesOfDifferential: () => sizeOfDifferential,
  };
}

/** Those of the last days, but at least a number of them. */
function lastOf(backups: readonly Grown[]): readonly Grown[] {
  const from = (backups.at(-1)?.startedAt ?? 0) - TREND_DAYS * DAY_MS;
  const days = backups.filter(({ startedAt }) => startedAt >= from);
  return days.length > TREND ? days : backups.slice(-TREND);
}

/** From the first of them to the last, milliseconds. */
function spanOf(backups: readonly Grown[]): number {
  return (backups.at(-1)?.startedAt ?? 0) - (backups[0]?.startedAt ?? 0);
}

/** The size of the next backup of these at a time, as they grew until now. */
function trendOf(recent: readonly Grown[]): (time: number) => number {
  if (recent.length === 0) return () => 0;
  const bytes = sizesOf(recent);
  const times = recent.map(({ startedAt }) => startedAt);
  const slope = spanOf(recent) < SHORT_DAYS * DAY_MS ? 0 : slopeOf(times, bytes);
  const [lastAt, lastBytes] = [recent.at(-1)?.startedAt ?? 0, median(bytes.slice(-3))];
  return (time) => Math.max(0, lastBytes + slope * (time - lastAt));
}

function sizesOf(backups: readonly Grown[]): readonly number[] {
  return backups.map(({ totals }) => totals.storedBytes);
}

function comingBackups(
  { everyMs, lastAt, differentials, bytesOfFull, bytesOfDifferential }: Pace,
  { from, until }: { readonly from: number; readonly until: number },
): readonly Sized[] {
  if (everyMs === undefined) return [];
  const first = Math.max(0, Math.ceil((from - lastAt) / everyMs));
  const last = Math.floor((until - lastAt) / everyMs);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const number = first + index;
    const startedAt = lastAt + number * everyMs;
    const inSet = (number - 1) % (differentials + 1);
    const parent = inSet === 0 ? null : `coming ${number - inSet}`;
    const bytes = parent === null ? bytesOfFull(startedAt) : bytesOfDifferential();
    return { label: `coming ${number}`, startedAt, bytes, pinned: false, parent, expiresAt: undefined };
  }).filter(({ startedAt }) => startedAt > from);
}

function remaining(
  backups: readonly Sized[],
  { now, retention }: { readonly now: number; readonly retention: RetentionSettings },
): readonly Sized[] {
  const database = { systemIdentifier: null, oid: '0', name: '', host: '' };
  const plain = backups.map(({ label, startedAt, pinned, parent, bytes, expiresAt }) => ({
    ...{ label, startedAt, storedAt: startedAt, database, pinned, pinProven: true, bad: false },
    ...{ accepted: false, imported: false, parent, storedBytes: bytes, expiresAt },
  }));
  const { decisions } = planRetention({ backups: plain, settings: retention, now, force: true });
  const kept = new Set(decisions.flatMap(({ label, action }) => (action === 'keep' ? [label] : [])));
  return backups.filter(({ label }) => kept.has(label));
}

/** Of the line that fits best, per millisecond; 0 where there is none. */
function slopeOf(xs: readonly number[], ys: readonly number[]): number {
  const [meanX, meanY] = [bytesOf(xs) / xs.length, bytesOf(ys) / ys.length];
  const over = bytesOf(xs.map((x, index) => (x - meanX) * ((ys[index] ?? 0) - meanY)));
  const under = bytesOf(xs.map((x) => (x - meanX) ** 2));
  return under > 0 ? over / under : 0;
}

function bytesOf(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}
