import { formatBytes, formatCount, formatDuration, numberOf } from '@postgres-backuper/base';
import type { Commit } from '@postgres-backuper/format';
import { isFutureDated, tookMs } from '@postgres-backuper/repository';
import type { Limits } from './limits.ts';
import { median } from './median.ts';

/** Something about a backup that differs from those before it. */
export interface Anomaly {
  readonly kind: AnomalyKind;
  /** A sentence in lower case, with the figures. */
  readonly text: string;
}

export type AnomalyKind =
  | 'smaller'
  | 'fewer-rows'
  | 'fewer-tables'
  | 'slower'
  | 'unchanged'
  | 'ratio'
  | 'table-smaller'
  | 'table-gone'
  | 'table-empty';

/** The facts of a backup that are compared; all are in its commit. */
export interface Measured {
  readonly startedAt: number;
  readonly storedAt: number;
  readonly bad: boolean;
  /** Made of an old file: its duration says nothing. */
  readonly imported: boolean;
  readonly commit: Pick<Commit, 'label' | 'startedAt' | 'finishedAt' | 'imported' | 'type' | 'totals'>;
}

/** Backups that make up the usual: the last ones before. */
const COMPARED = 7;
/** With fewer there is no usual. */
const LEAST = 3;
/** A run of less than a minute is slow for reasons of its own. */
const SHORT_MS = 60_000;
/** Where the figure itself is smaller, a half of it means nothing. */
const SMALL_BYTES = 1_048_576;
const SMALL_ROWS = 1000;
/** The ratio of raw to stored bytes changes by more than this factor only for another reason than the data's growth. */
const RATIO_FACTOR = 2;

/**
 * Pure: what is unusual about the newest good backup, against the median of the good ones before it. `backups`: oldest
 * first. Nothing is unusual with fewer than three before.
 */
export function anomaliesOf(
  backups: readonly Measured[],
  { now, limits }: { readonly now: number; readonly limits: Limits },
): readonly Anomaly[] {
  const good = backups.filter((one) => !one.bad && !one.imported && !isFutureDated(one, now));
  const newest = good.at(-1);
  const before = good.slice(0, -1).slice(-COMPARED);
  if (newest === undefined || before.length < LEAST) return [];
  const alike = good.slice(0, -1).filter(({ commit }) => commit.type === newest.commit.type);
  return [
    ...shrunk(newest, before, limits),
    ...slower(newest, alike.slice(-COMPARED), limits),
    ...otherRatio(newest, alike.slice(-COMPARED)),
    ...unchanged(good, limits),
  ];
}

/** A figure that must not fall, from where on it counts, and how it is shown. */
const SHRINKING = [
  {
    kind: 'smaller',
    of: 'rawBytes',
    least: SMALL_BYTES,
    now: (bytes: number) => `${formatBytes(bytes)} of data`,
    usually: formatBytes,
  },
  {
    kind: 'fewer-rows',
    of: 'rows',
    least: SMALL_ROWS,
    now: (rows: number) => numberOf(rows, 'row'),
    usually: formatCount,
  },
  {
    kind: 'fewer-tables',
    of: 'tables',
    least: 2,
    now: (tables: number) => numberOf(tables, 'table'),
    usually: formatCount,
  },
] as const;

function shrunk({ commit }: Measured, before: readonly Measured[], { shrink }: Limits): readonly Anomaly[] {
  return SHRINKING.flatMap(({ kind, of, least, now, usually }) => {
    const usual = median(before.map((one) => one.commit.totals[of]));
    const value = commit.totals[of];
    if (usual < least || value >= usual * shrink) return [];
    return [{ kind, text: `only ${now(value)}, usually ${usually(Math.round(usual))}` }];
  });
}

/** A differential takes another time than a full, so `before` has none of the other type. */
function slower(newest: Measured, before: readonly Measured[], { slower: times }: Limits): readonly Anomaly[] {
  if (before.length < LEAST) return [];
  const [now, usual] = [tookMs(newest.commit), median(before.map(({ commit }) => tookMs(commit)))];
  if (times === 0 || now < SHORT_MS || now <= usual * times) return [];
  return [{ kind: 'slower', text: `it took ${formatDuration(now)}, usually ${formatDuration(usual)}` }];
}

/** The stored bytes of a differential say how much changed, not how well it is compressed. */
function otherRatio(newest: Measured, before: readonly Measured[]): readonly Anomaly[] {
  if (newest.commit.type !== 'full' || before.length < LEAST) return [];
  const [now, usual] = [ratioOf(newest), median(before.map(ratioOf))];
  const isSmall = newest.commit.totals.rawBytes < SMALL_BYTES;
  if (isSmall || !(usual > 0) || (now <= usual * RATIO_FACTOR && now * RATIO_FACTOR >= usual)) return [];
  const text = `its data shrank ${now.toFixed(1)} : 1 when stored, usually ${usual.toFixed(1)} : 1`;
  return [{ kind: 'ratio', text }];
}

/** Byte for byte the same size and the same rows, again and again: often the wrong database, or writers that stopped. */
function unchanged(good: readonly Measured[], { unchanged: runs }: Limits): readonly Anomaly[] {
  const last = good.slice(-runs);
  const [first] = last;
  if (runs < 2 || last.length < runs || first === undefined) return [];
  const same = last.every(({ commit: { totals } }) => {
    const { rawBytes, rows, tables } = first.commit.totals;
    return totals.rawBytes === rawBytes && totals.rows === rows && totals.tables === tables;
  });
  return same ? [{ kind: 'unchanged', text: `nothing changed in the last ${numberOf(runs, 'backup')}` }] : [];
}

function ratioOf({ commit: { totals } }: Measured): number {
  return totals.storedBytes === 0 ? 0 : totals.rawBytes / totals.storedBytes;
}
