import type { DatabaseIdentity } from '@postgres-backuper/format';

/** What a plan of retention needs to know of a backup. */
export interface RetentionBackup {
  readonly label: string;
  /** By the clock of the machine that made it, milliseconds since 1970. */
  readonly startedAt: number;
  /** When its commit was stored, by the storage's clock. */
  readonly storedAt: number;
  readonly database: DatabaseIdentity;
  readonly pinned: boolean;
  /** Whether the newest pin is proven: signed by the trusted key, where there is one. */
  readonly pinProven: boolean;
  /** A verification failed: it is worth less than any other, and pushes none out. */
  readonly bad: boolean;
  /** The user said, when this was the newest backup, that its server goes on with the backups before it. */
  readonly accepted: boolean;
}
