import type { BackupResult, PruneResult, StatusResult, VerifyResult } from '@postgres-backuper/core';
import type { CommandDocument } from './host.ts';

/** What a document tells, for the commands that TeamCity shows more of; empty where it tells nothing. */
export interface Told {
  readonly backups: readonly BackupResult[];
  readonly verified: readonly (VerifyResult & { readonly location: string; readonly name: string })[];
  readonly pruned: readonly PruneResult[];
  readonly statuses: readonly StatusResult[];
}

/** The results inside a command's document. */
export function toldBy({ command, result }: CommandDocument): Told {
  const all = (result ?? {}) as { backups?: unknown; repositories?: unknown };
  const many = Array.isArray(all.repositories) ? all.repositories : [];
  return {
    backups: command === 'backup' && Array.isArray(all.backups) ? all.backups : [],
    verified: command === 'verify' ? many : [],
    pruned: command === 'prune' ? many : [],
    statuses: command === 'status' ? many : [],
  };
}
