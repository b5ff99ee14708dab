import type { DatabaseIdentity } from '@postgres-backuper/format';

/** The facts about a backup that a retention plan uses. */
export interface RetentionBackup {
  readonly label: string;
  /** By the clock of the machine that made it, milliseconds since 1970. */
  readonly startedAt: number;
  /** When its commit was stored, by the storage's clock. */
  readonly storedAt: number;
  readonly database: DatabaseIdentity;
  /** Made of an old file: it says nothing about the server of the other backups. */
  readonly imported: boolean;
  readonly pinned: boolean;
  /** Whether the newest pin is proven: signed by the trusted key, if there is one. */
  readonly pinProven: boolean;
  /** Label of the full without which this differential cannot be restored; null: it stands alone. */
  readonly parent: string | null;
  /** Of its own objects. */
  readonly storedBytes: number;
  /** Its own expiry, milliseconds since 1970, which takes the place of the rules; absent: it has none. */
  readonly expiresAt?: number | undefined;
  /** A verification of it or of its full failed, or its full is lost: it takes no other one's place in a retention rule. */
  readonly bad: boolean;
  /** When this was the newest backup, the user accepted that its server continues the backups before it. */
  readonly accepted: boolean;
}
