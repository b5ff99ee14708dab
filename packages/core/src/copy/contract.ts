import type { PassedOver, Repository } from '@postgres-backuper/repository';

/** Keys that read backups are not needed: nothing is decrypted. */
export interface CopyServices {
  readonly from: Repository;
  readonly to: Repository;
}

export interface CopiedBackup {
  readonly label: string;
  /** The full on which a differential stands. */
  readonly parent: string | null;
  /** All objects of the backup, with its list. */
  readonly objects: number;
  /** What this run sent; the rest was there already. */
  readonly sentObjects: number;
  readonly sentBytes: number;
  /** The backup was in the target already, with the same commit. */
  readonly wasThere: boolean;
}

export interface CopyResult {
  readonly name: string;
  /** The backup that was asked for. */
  readonly label: string;
  /** Newer backups that do not count, newest first; empty where a label was given. */
  readonly passedOver: readonly PassedOver[];
  readonly from: string;
  readonly to: string;
  /** The full of a differential first. */
  readonly copied: readonly CopiedBackup[];
  readonly durationMs: number;
  /** Whether the signature of the commit was checked with a signer key. */
  readonly originChecked: boolean;
}
