import { BackuperError } from '@postgres-backuper/base';
import type { BackupId } from '@postgres-backuper/format';

/** The error for a label that the target has with other contents: backup-exists. */
export function otherBackup({ name, label }: BackupId, location: string): BackuperError {
  const text = `'${label}' of '${name}' is in '${location}' with other contents`;
  return new BackuperError('backup-exists', text, {
    hint: 'nothing was overwritten: copy to another repository, or find out which of the two is the right one',
  });
}
