import { mapConcurrently } from '@postgres-backuper/base';
import type { BackupId } from '@postgres-backuper/format';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';
import { type Backup, type DamagedBackup, listBackups } from './commits.ts';
import { type JudgedRecords, judgeRecords } from './proven-records.ts';
import type { ReadOptions } from './read-commit.ts';
import { isKnownBad, isPinned, lastVerification, readRecords, type Verification, verificationsOf } from './records.ts';
import type { RetentionBackup } from './retention-backup.ts';
import { type FullFlaw, fullFlaw } from './standing.ts';

/** Backups whose records are judged at once. */
const CONCURRENCY = 16;

/** A backup and the state that its records give it. */
export interface SurveyedBackup extends Backup, RetentionBackup {
  readonly verification: Verification;
  /** All that are recorded, oldest first. */
  readonly verifications: readonly Verification[];
  /** What is wrong with the full of this differential; then the differential is `bad`, too. */
  readonly fullFlaw: FullFlaw | undefined;
  /** A prune has begun to delete it: no new differential may stand on it. */
  readonly isGoing: boolean;
}

/** Everything that can be known of a name's backups without reading data. */
export interface Survey {
  /** Oldest first. */
  readonly backups: readonly SurveyedBackup[];
  readonly damaged: readonly DamagedBackup[];
  readonly signatures: ReadonlyMap<string, number>;
  /** Labels of the objects in which commits were gathered, in ascending order. */
  readonly gathered: readonly string[];
  /** When commits, signatures and records of the name were stored, by the storage's clock. */
  readonly times: readonly number[];
}

/**
 * Commits and records of a name: one listing of each, commits read (from the cache if there is one); with a trusted
 * signer also the few records that must be signed.
 */
export async function survey(
  request: { readonly name: string } & ReadOptions,
  repository: Repository,
): Promise<Survey> {
  const [{ backups, damaged, signatures, gathered }, records] = await Promise.all([
    listBackups(request, repository),
    readRecords(request, repository),
  ]);
  const times = [
    ...backups.map(({ storedAt }) => storedAt),
    ...signatures.values(),
    ...[...records.values()].flatMap((some) => some.map(({ storedAt }) => storedAt)),
  ];
  const judged = await mapConcurrently(backups, CONCURRENCY, ({ label }) =>
    judgeRecords(records.get(label) ?? [], repository, { signal: request.signal }),
  );
  const surveyed = backups.map((backup, index) => withRecords(backup, judged[index] as JudgedRecords));
  return {
    backups: withFulls(surveyed, damaged),
    damaged,
    signatures,
    gathered,
    times,
  };
}

/** Whether one backup is pinned, read from the storage again. Errors: those of the storage. */
export async function isPinnedNow(id: BackupId, repository: Repository, options: CallOptions): Promise<boolean> {
  const found = await readRecords({ ...id, ...options }, repository);
  return isPinned((await judgeRecords(found.get(id.label) ?? [], repository, options)).records);
}

/** What condemns a full condemns its differentials. */
function withFulls(backups: readonly SurveyedBackup[], damaged: readonly DamagedBackup[]): readonly SurveyedBackup[] {
  const byLabel = new Map(backups.map((backup) => [backup.label, backup]));
  return backups.map((backup) => {
    const flaw = fullFlaw(backup.commit, byLabel, damaged);
    return flaw === undefined ? backup : { ...backup, fullFlaw: flaw, bad: true };
  });
}

function withRecords(backup: Backup, { records, pinProven }: JudgedRecords): SurveyedBackup {
  return {
    ...backup,
    startedAt: Date.parse(backup.commit.startedAt),
    database: backup.commit.database,
    imported: backup.commit.imported === true,
    parent: backup.commit.parent,
    storedBytes: backup.commit.totals.storedBytes,
    expiresAt: backup.commit.expiresAt === undefined ? undefined : Date.parse(backup.commit.expiresAt),
    pinned: isPinned(records),
    pinProven,
    bad: isKnownBad(records),
    accepted: records.some(({ kind }) => kind === 'accept-new-server'),
    verification: lastVerification(records) ?? storedAt(backup),
    verifications: verificationsOf(records),
    fullFlaw: undefined,
    isGoing: records.some(({ kind }) => kind === 'prune-begun'),
  };
}

/** A commit is stored only after every object was confirmed: that needs no record. */
function storedAt({ commit }: Backup): Verification {
  return { level: 'stored', verdict: 'ok', ok: true, at: Date.parse(commit.finishedAt) };
}
