import type {
  BackupResult,
  PruneResult,
  RestoreResult,
  SetupClientResult,
  StatusResult,
} from '@postgres-backuper/core';
import type { VerifiedRepository } from '../results.ts';

type Fields<Result> = Readonly<Record<keyof Result, 'shown' | 'in JSON alone'>>;

interface Results {
  readonly backup: BackupResult;
  readonly restore: RestoreResult;
  readonly verify: VerifiedRepository;
  readonly prune: PruneResult;
  readonly status: StatusResult;
  readonly 'setup-client': SetupClientResult;
}

/**
 * What the summary does with each field of a result. A new field does not compile until it is listed here; a test compares
 * the list with what the summary reads.
 */
export const SUMMARY_FIELDS: { readonly [Command in keyof Results]: Fields<Results[Command]> } = {
  backup: {
    database: 'shown',
    label: 'shown',
    totals: 'shown',
    durationMs: 'shown',
    serverVersion: 'shown',
    encryption: 'shown',
    destinations: 'shown',
    verification: 'shown',
    warnings: 'shown',
    exclusions: 'shown',
    largestTables: 'shown',
    name: 'shown',
    server: 'in JSON alone',
    startedAt: 'in JSON alone',
    finishedAt: 'in JSON alone',
    missingData: 'in JSON alone', // the error of the command names them
  },
  restore: {
    label: 'shown',
    database: 'shown',
    tables: 'shown',
    durationMs: 'shown',
    leftOut: 'shown',
    originChecked: 'in JSON alone',
    passedOver: 'in JSON alone', // a warning names them
  },
  verify: {
    name: 'shown',
    location: 'shown',
    level: 'shown',
    backups: 'shown',
    durationMs: 'shown',
    originChecked: 'shown',
  },
  prune: {
    name: 'shown',
    location: 'shown',
    dryRun: 'shown',
    backups: 'shown',
    damaged: 'shown',
    leftOvers: 'shown',
    deleted: 'shown',
    freedBytes: 'shown',
    refusals: 'shown',
  },
  status: {
    name: 'shown',
    location: 'shown',
    state: 'shown',
    maxAgeMs: 'shown',
    newest: 'shown',
    damaged: 'shown',
    failed: 'shown',
    passedOver: 'in JSON alone', // the error of the command names the newest
  },
  'setup-client': { binDir: 'shown', version: 'shown', installed: 'shown' },
};
