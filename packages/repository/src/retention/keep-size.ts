import { formatBytes } from '@postgres-backuper/base';
import type { RetentionBackup } from '../backups/retention-backup.ts';

/**
 * The newest backups that have at most so many bytes together; the first that does not fit ends them, however small an older
 * one is. A differential brings its full, which counts once. `sizes`: bytes of every backup of the name, by label.
 */
export function fitting(
  newestFirst: readonly RetentionBackup[],
  { bytes, sizes }: { readonly bytes: number; readonly sizes: ReadonlyMap<string, number> },
): readonly RetentionBackup[] {
  const brought = new Set<string>();
  let sum = 0;
  const end = newestFirst.findIndex(({ label, parent }) => {
    for (const one of parent === null ? [label] : [label, parent]) {
      if (!brought.has(one)) sum += sizes.get(one) ?? 0;
      brought.add(one);
    }
    return sum > bytes;
  });
  return end === -1 ? newestFirst : newestFirst.slice(0, end);
}

/** `within the newest 100.0 GiB` */
export function withinText(bytes: number): string {
  return `within the newest ${formatBytes(bytes)}`;
}
