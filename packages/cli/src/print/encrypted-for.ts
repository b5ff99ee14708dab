import type { ListedBackup } from '@postgres-backuper/core';

/** Who can read a backup: the end of each fingerprint, which people compare. */
export function encryptedFor({ profile, recipients, passphrase }: ListedBackup['encryption']): string {
  if (profile === 'none') return 'nobody';
  return passphrase ? 'passphrase' : recipients.map((fingerprint) => fingerprint.slice(-8)).join(', ');
}
