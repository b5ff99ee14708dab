import type { Commit } from '@postgres-backuper/format';
import type { Repository } from '@postgres-backuper/repository';

/** Whether a backup is for the recipients of the cipher, and for no others. */
export function isForRecipients({ encryption }: Commit, { cipher }: Pick<Repository, 'cipher'>): boolean {
  if (encryption.profile === 'none' || encryption.passphrase) return false;
  return [...encryption.recipients].sort().join() === [...cipher.recipients].sort().join();
}
