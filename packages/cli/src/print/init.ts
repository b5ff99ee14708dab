import { escapeText } from '@postgres-backuper/base';
import type { InitResult } from '@postgres-backuper/hosts';

/** What was made, what to set where, and what to do then; `problems` come from the check that follows. */
export function initText({ system, files, keys, publicKeyFile, settings, next, problems }: InitResult): string {
  const key =
    keys === null
      ? [`${publicKeyFile} was there: backups are encrypted for it`]
      : [
          `${keys.privateKeyFile} reads the backups (${keys.fingerprint}): keep it and its passphrase in two other places`,
          `${keys.dedupSecretFile} is for the backup job once it makes differentials (--incremental), as BACKUP_DEDUP_SECRET: a secret, but it reads no backup`,
        ];
  return [
    `made for ${system}: ${files.join(', ')}`,
    ...key,
    '',
    'set once:',
    ...settings.map(({ how }) => `  ${how}`),
    '',
    'then:',
    ...next.map((step, index) => `  ${index + 1}. ${step}`),
    ...(problems === null ? [] : [`problems: ${problems}`]),
    '',
  ]
    .map(escapeText)
    .join('\n');
}
