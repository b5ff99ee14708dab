import type { Commit } from '@postgres-backuper/format';

/** How long a backup took, milliseconds. 0 for an imported one: its file was made long before. */
export function tookMs({
  startedAt,
  finishedAt,
  imported,
}: Pick<Commit, 'startedAt' | 'finishedAt' | 'imported'>): number {
  return imported === true ? 0 : Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt));
}
