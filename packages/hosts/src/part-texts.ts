import { formatBytes, formatDuration, numberOf } from '@postgres-backuper/base';
import type { BackupResult } from '@postgres-backuper/core';

type StoredPart = BackupResult['parts'][number];

/** A part of a backup that several jobs read, in one line. */
export function partText(one: StoredPart): string {
  const { part, tables, rawBytes, durationMs } = one;
  const read = `${numberOf(tables, 'table')}, ${formatBytes(rawBytes)}, ${formatDuration(durationMs)}`;
  return `part ${part}: ${read}, ${whoRead(one)}`;
}

export function whoRead({ isHolder, machine }: StoredPart): string {
  return `${isHolder ? 'this job' : 'another job'}${machine === null ? '' : ` on ${machine}`}`;
}
