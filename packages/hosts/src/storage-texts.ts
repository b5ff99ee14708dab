import { formatBytes, formatDay, numberOf, UTC } from '@postgres-backuper/base';
import type { WatchedName } from './results.ts';

/** `+1.0 MiB since 2026-02-01`, of the uncompressed size. */
export function growthText({ since, rawBytes }: NonNullable<WatchedName['growth']>, timeZone = UTC): string {
  const day = formatDay(Date.parse(since), timeZone);
  if (rawBytes === 0) return `unchanged since ${day}`;
  return `${rawBytes < 0 ? '−' : '+'}${formatBytes(Math.abs(rawBytes))} since ${day}`;
}

/** `full in about 90 days`; '' where nothing is known. By all names of the repository, if they grow as before. */
export function fullText(forecast: WatchedName['forecast']): string {
  if (forecast === null) return '';
  const { daysUntilFull, horizonDays } = forecast;
  if (daysUntilFull === null) return `not full within ${numberOf(horizonDays, 'day')}`;
  return `full in about ${numberOf(daysUntilFull, 'day')}`;
}
