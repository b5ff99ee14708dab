import type { SetupClientResult } from '@postgres-backuper/core';

/** Where the client programs are. */
export function clientText({ binDir, version, installed }: SetupClientResult): string {
  return `PostgreSQL client programs ${version} in ${binDir} (${installed ? 'installed' : 'already there'})\n`;
}
