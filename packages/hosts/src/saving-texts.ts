import { formatBytes, formatPercent } from '@postgres-backuper/base';
import type { MadeBackup } from './results.ts';

type Standing = Pick<MadeBackup, 'parent' | 'totals' | 'saving' | 'whyFull'>;
type TableSaving = NonNullable<MadeBackup['saving']>['changedTables'][number];

/**
 * `differential of backup_1: stored 21 MiB of 1.6 GiB (1.3 % of its full)`, or why a backup is a full although a
 * differential was asked for; undefined: none was.
 */
export function standingText({ parent, totals, saving, whyFull }: Standing): string | undefined {
  if (saving === null) return whyFull === null ? undefined : `full backup: ${whyFull}`;
  const { fullStoredBytes: whole } = saving;
  const sizes = `stored ${formatBytes(totals.storedBytes)} of ${formatBytes(whole)}`;
  return `differential of ${parent}: ${sizes} (${storedShare({ totals, saving })})`;
}

/** `1.3 % of its full`; undefined: it is a full. */
export function storedShare({ totals, saving }: Pick<MadeBackup, 'totals' | 'saving'>): string | undefined {
  return saving === null ? undefined : `${formatPercent(totals.storedBytes, saving.fullStoredBytes)} of its full`;
}

/** `11 MiB of 233 MiB (4.7 %)` */
export function newText({ newBytes, bytes }: TableSaving): string {
  return `${formatBytes(newBytes)} of ${formatBytes(bytes)} (${formatPercent(newBytes, bytes)})`;
}
