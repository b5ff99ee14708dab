import { escapeText, formatBytes, formatDuration, numberOf } from '@postgres-backuper/base';
import type { ExportResult } from '@postgres-backuper/core';

/** The exported files, each with the program that takes it. */
export function exportText(result: ExportResult): string {
  const { label, dumpDirectory, largeObjects, globals, server, files, bytes, durationMs } = result;
  const lines = [
    `${label}: ${numberOf(files, 'file')}, ${formatBytes(bytes)}, ${formatDuration(durationMs)}`,
    `${escapeText(dumpDirectory)}  for pg_restore`,
    ...(largeObjects === null ? [] : [`${escapeText(largeObjects)}  for pg_restore, after the data`]),
    ...(server === null ? [] : [`${escapeText(server)}  settings and pg_hba.conf of the server, to read`]),
    ...(globals === null ? [] : [`${escapeText(globals)}  for psql, before everything`]),
  ];
  return `${lines.join('\n')}\n`;
}
