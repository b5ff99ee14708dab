import type { HostSurface } from './host.test-data.ts';

/** A shell: its users write flags, and variables for secrets. */
export const SHELL: Pick<HostSurface, 'hasFlags' | 'says'> = {
  hasFlags: true,
  says: {
    options: '--into, --no-owner, --encryption none, BACKUP_PRIVATE_KEY',
    commands: "'postgres-backuper setup-client --client-version 17', 'postgres-backuper keygen'",
    example: ['sh', "postgres-backuper restore backup_1 --repository s3://b/p --name 'it'\\''s: x' --into new"],
  },
};
