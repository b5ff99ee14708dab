import { formatBytes, formatDay, type TimeZone } from '@postgres-backuper/base';
import { growthOf } from '@postgres-backuper/repository';
import type { PastBackup } from '../name-history.ts';

/** How the raw size changed in the last 30 days, or since the first backup. */
export function growthText(backups: readonly PastBackup[], zone: TimeZone): string {
  const growth = growthOf(backups.map((one) => ({ ...one, rawBytes: one.totals.rawBytes })));
  if (growth === undefined) return 'not known before the second backup';
  const { since: at, rawBytes: change, rawBytesThen } = growth;
  const since = `since ${formatDay(at, zone)}`;
  if (change === 0) return `none ${since}`;
  const part = rawBytesThen === 0 ? '' : ` (${signed((100 * change) / rawBytesThen)} %)`;
  return `${change < 0 ? '−' : '+'}${formatBytes(Math.abs(change))} raw${part} ${since}`;
}

function signed(percent: number): string {
  const digits = Math.abs(percent) < 10 ? 1 : 0;
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(digits)}`;
}
