import { parseLabel } from '@postgres-backuper/format';

/** A run of which nothing can be read but its label. */
export interface LabelledRun {
  readonly label: string;
  /** When its commit, or the last of its objects, was stored, by the storage's clock: milliseconds since 1970. */
  readonly storedAt: number;
}

/**
 * Whether such a run began after a backup that can be read. A label tells the second alone: of two runs of one second the
 * one that was stored later counts as the later one, and where that is the same, the one that cannot be read.
 */
export function beganAfter(
  { label, storedAt }: LabelledRun,
  backup: { readonly startedAt: number; readonly storedAt: number },
): boolean {
  const began = parseLabel(label)?.startedAt ?? 0;
  const second = Math.floor(backup.startedAt / 1000) * 1000;
  return began === second ? storedAt >= backup.storedAt : began > second;
}
