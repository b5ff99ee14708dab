import type { RetentionSettings } from '@postgres-backuper/repository';

export interface PruneRequest {
  readonly name: string;
  readonly retention: RetentionSettings;
  /** Nothing is deleted or written. */
  readonly dryRun: boolean;
  /** Allows deleting more than half at once. */
  readonly force: boolean;
  /** The newest backup's server continues the backups before it. */
  readonly acceptNewServer: boolean;
}
