import { escapeText, formatBytes, formatCount, formatDuration, numberOf, type Progress } from '@postgres-backuper/base';

/** `62 %  1.2 GiB of about 1.9 GiB, 18 of 40 tables, 85 MiB/s, about 9 s left  public.orders` */
export function progressText(progress: Progress): string {
  const { rawBytes, totalBytes, tablesDone, tablesTotal, elapsedMs, current } = progress;
  const rate = elapsedMs > 0 ? (rawBytes * 1000) / elapsedMs : 0;
  const parts = [
    totalBytes === undefined ? formatBytes(rawBytes) : `${formatBytes(rawBytes)} of about ${formatBytes(totalBytes)}`,
    tablesTotal > 0 ? `${formatCount(tablesDone)} of ${numberOf(tablesTotal, 'table')}` : '',
    rate > 0 ? `${formatBytes(rate)}/s` : '',
    remaining(progress, rate),
  ].filter(Boolean);
  // an estimate may be too small, so it shows up to 99 %
  const percent = totalBytes ? `${Math.min(99, Math.floor((rawBytes / totalBytes) * 100))} %  ` : '';
  return `${percent}${parts.join(', ')}${current === undefined ? '' : `  ${escapeText(current)}`}`;
}

function remaining({ rawBytes, totalBytes, elapsedMs }: Progress, rate: number): string {
  if (totalBytes === undefined || rate === 0 || elapsedMs < 3000 || rawBytes >= totalBytes) return '';
  return `about ${formatDuration(((totalBytes - rawBytes) / rate) * 1000)} left`;
}
