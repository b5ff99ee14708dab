import { formatBytes, numberOf } from '@postgres-backuper/base';
import type { PruneResult } from '@postgres-backuper/core';

/** The text of a dry run: `2 backups would be deleted, 1.5 MiB freed`; the size includes left-overs. */
export function plannedText({ backups, leftOvers, refusals }: PruneResult): string {
  const isDoomed = ({ action }: { readonly action: string }): boolean => action === 'delete';
  const doomed = refusals.length > 0 ? [] : backups.filter(isDoomed);
  const bytes = [...doomed, ...leftOvers.filter(isDoomed)].reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  return `${numberOf(doomed.length, 'backup')} would be deleted, ${formatBytes(bytes)} freed`;
}
