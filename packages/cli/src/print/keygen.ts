import type { KeygenResult } from '@postgres-backuper/core';

/** Where each half of the key pair belongs. */
export function keygenText({ publicKeyFile, privateKeyFile, dedupSecretFile, fingerprint }: KeygenResult): string {
  return `${publicKeyFile}   for the backup job: BACKUP_PUBLIC_KEY
${privateKeyFile}  for restores only: BACKUP_PRIVATE_KEY. Keep it, and its passphrase, away from the
backup job and from the repository, and keep a second copy: without it no backup can be read.
${dedupSecretFile}  for the backup job, with --incremental or --parts: BACKUP_DEDUP_SECRET. A secret,
but it reads no backup; without it the next backup is a full.
fingerprint: ${fingerprint}
`;
}
