export interface RekeyedBackup {
  readonly label: string;
  /** The label of the backup for the new recipients: of the same time. Null: it was for them already. */
  readonly newLabel: string | null;
  readonly parent: string | null;
  readonly segments: number;
  readonly storedBytes: number;
  /** Whether the backup for the former recipients is gone. */
  readonly removed: boolean;
}

export interface RekeyResult {
  readonly name: string;
  readonly location: string;
  readonly recipients: readonly string[];
  /** Each full before its differentials. */
  readonly backups: readonly RekeyedBackup[];
  readonly durationMs: number;
}

/** A rekeyed backup, before the former one is removed. */
export type MadeBackup = Omit<RekeyedBackup, 'removed'>;
