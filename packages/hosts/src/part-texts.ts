import { formatBytes, formatCount, formatDuration, numberOf } from '@postgres-backuper/base';
import type { BackupPartResult, BackupResult, RestorePartResult, RestoreResult } from '@postgres-backuper/core';

type StoredPart = BackupResult['parts'][number];

/** A part of a backup that several jobs read, in one line. */
export function partText(one: StoredPart): string {
  const { part, rawBytes, durationMs } = one;
  const read = `${whatRead(one)}, ${formatBytes(rawBytes)}, ${formatDuration(durationMs)}`;
  return `part ${part}: ${read}, ${whoRead(one)}`;
}

/** `3 tables and the large objects`. */
export function whatRead({ tables, largeObjects }: Pick<BackupPartResult['parts'][number], 'tables' | 'largeObjects'>) {
  return `${numberOf(tables, 'table')}${largeObjects ? ' and the large objects' : ''}`;
}

export function whoRead({ isHolder, machine }: StoredPart): string {
  return `${isHolder ? 'this job' : 'another job'}${machine === null ? '' : ` on ${machine}`}`;
}

/** Which parts a job left out, and why; empty: none. */
export function leftOutText({ leftOut }: BackupPartResult): string {
  return leftOut.map(({ part, why }) => `part ${part} ${why}`).join('; ');
}

/** What one of several jobs restored, in one line. */
export function restoredPartText({
  worker,
  tableCount,
  rows,
  bytes,
}: NonNullable<RestoreResult['parts']>[number]): string {
  const who = worker === null ? 'this job' : `part ${worker}`;
  return `${who}: ${numberOf(tableCount, 'table')}, ${numberOf(rows, 'row')}, ${formatBytes(bytes)}`;
}

/** What a job loaded into the database of another one. */
export function loadedText({ tables, rows, bytes, indexes, refused, durationMs }: RestorePartResult): string {
  const loaded = `${numberOf(tables, 'table')}, ${numberOf(rows, 'row')}, ${formatBytes(bytes)}`;
  const built = `${formatCount(indexes)} indexes and keys`;
  const left = refused === 0 ? '' : `; ${formatCount(refused)} refused by the server, which the other job tries again`;
  return `${loaded}, ${built}, ${formatDuration(durationMs)}${left}`;
}
