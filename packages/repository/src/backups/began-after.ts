import { parseLabel } from '@postgres-backuper/format';

/**
 * Whether a run of which nothing can be read but its label began after a backup that can be read. A label tells the
 * second alone: of two runs of one second the one that cannot be read counts as the later one, which holds
 * deletions up: the time at which it was stored is the word of whoever may write.
 */
export function beganAfter(label: string, backup: { readonly startedAt: number }): boolean {
  const began = parseLabel(label)?.startedAt ?? 0;
  return began >= Math.floor(backup.startedAt / 1000) * 1000;
}
