import { formatBytes, formatDuration, numberOf } from '@postgres-backuper/base';
import type { Finding } from './finding.ts';
import type { Wanted } from './wanted.ts';

/** Rows that a server takes with indexes and constraints, bytes a second: of a small one, and of one with fast disks. */
const [SLOW, FAST] = [10 * 1024 ** 2, 80 * 1024 ** 2];

/** How much will be loaded, and about how long that takes. */
export interface Estimate {
  readonly tables: number;
  /** Of the rows as text; indexes come in addition. */
  readonly bytes: number;
  readonly leastMs: number;
  readonly mostMs: number;
}

/** Pure. */
export function estimateOf({ catalog: { tables } }: Pick<Wanted, 'catalog'>): Estimate {
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  return { tables: tables.length, bytes, leastMs: timeFor(bytes, FAST), mostMs: timeFor(bytes, SLOW) };
}

export function judgeSize(wanted: Pick<Wanted, 'catalog'>): readonly Finding[] {
  const { tables, bytes, leastMs, mostMs } = estimateOf(wanted);
  const time = mostMs <= 1000 ? 'a few seconds' : `${formatDuration(leastMs)} to ${formatDuration(mostMs)}`;
  const what = `${numberOf(tables, 'table')} with ${formatBytes(bytes)} of rows: about ${time}`;
  const solution = `have about ${formatBytes(2 * bytes)} free: tables, indexes and the write-ahead log`;
  return [{ kind: 'size', severity: 'note', what, solution }];
}

function timeFor(bytes: number, bytesPerSecond: number): number {
  return Math.max(1000, Math.round((bytes / bytesPerSecond) * 1000));
}
