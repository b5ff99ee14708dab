import { formatBytes } from '@postgres-backuper/base';
import type { PastBackup } from '../name-history.ts';
import { DAY_MS, dayText } from './times.ts';

/** How the raw size changed in the last 30 days, or since the first backup. */
export function growthText(backups: readonly PastBackup[]): string {
  const good = backups.filter(({ bad }) => !bad);
  const last = good.at(-1);
  const before = last && good.find(({ startedAt }) => startedAt >= last.startedAt - 30 * DAY_MS);
  if (last === undefined || before === undefined || before === last) return 'not known before the second backup';
  const change = last.totals.rawBytes - before.totals.rawBytes;
  const since = `since ${dayText(before.startedAt)}`;
  if (change === 0) return `none ${since}`;
  const part = before.totals.rawBytes === 0 ? '' : ` (${signed((100 * change) / before.totals.rawBytes)} %)`;
  return `${change < 0 ? '−' : '+'}${formatBytes(Math.abs(change))} raw${part} ${since}`;
}

function signed(percent: number): string {
  const digits = Math.abs(percent) < 10 ? 1 : 0;
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(digits)}`;
}
