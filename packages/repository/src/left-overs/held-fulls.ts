import { isBackuperError } from '@postgres-backuper/base';
import { type BackupId, type Commit, dataKey, INDEX_NAME, labelTime } from '@postgres-backuper/format';
import { readCommitIfThere } from '../backups/read-commit.ts';
import type { Survey, SurveyedBackup } from '../backups/survey.ts';
import { saysDamaged } from '../read/damage.ts';
import { openObjects } from '../read/read.ts';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';
import { findRuns } from './left-overs.ts';

/** A backup of which nobody knows on what it stands. */
export interface Unknown {
  readonly label: string;
  /** `unreadable`: its commit cannot be read or trusted; `running`: it has no commit yet. */
  readonly is: 'unreadable' | 'running';
}

/**
 * Which of these fulls must stay because an unknown backup may stand on one, with the reason. A differential stands on a
 * full with an index that began no later than itself. Errors: those of the storage.
 */
export async function holdFulls(
  { fulls, unknown }: { readonly fulls: readonly SurveyedBackup[]; readonly unknown: readonly Unknown[] },
  repository: Repository,
  options: CallOptions,
): Promise<ReadonlyMap<string, string>> {
  const held = new Map<string, string>();
  for (const { label, commit } of fulls) {
    const above = unknown.filter((one) => labelTime(one.label) >= labelTime(label));
    const [unreadable] = above.filter(({ is }) => is === 'unreadable');
    const [running] = above.filter(({ is }) => is === 'running');
    if (unreadable !== undefined && (await mayHaveDifferentials(commit, repository, options)))
      held.set(label, `'${unreadable.label}' may stand on it and cannot be read`);
    else if (running !== undefined && (await hasIndex(commit, repository, options)))
      held.set(label, `'${running.label}' may stand on it and may still be running`);
  }
  return held;
}

/**
 * Whether a backup has an index, which a full needs to be a parent. Its list of objects says so, which the commit
 * covers: a lost index proves nothing about differentials that were made before. True where that list is damaged. A role
 * that may not read it learns from the listing whether the index is there.
 */
async function mayHaveDifferentials(commit: Commit, repository: Repository, options: CallOptions): Promise<boolean> {
  if (commit.type !== 'full') return false;
  try {
    for await (const { key } of openObjects(commit, repository, options)) if (key === INDEX_NAME) return true;
    return false;
  } catch (error) {
    if (saysDamaged(error)) return true;
    if (isBackuperError(error, 'storage-denied')) return hasIndex(commit, repository, options);
    throw error;
  }
}

interface Known {
  readonly found: Survey;
  readonly leftOvers: readonly { readonly label: string }[];
  readonly repository: Repository;
}

/**
 * The backups that appeared since this was found and may stand on a full: a run without a commit, a differential of it,
 * a backup that cannot be read. Labels in ascending order. Errors: those of the storage.
 */
export async function standOnNow(
  full: BackupId,
  { found, leftOvers, repository }: Known,
  options: CallOptions,
): Promise<readonly string[]> {
  const { name } = full;
  const known = new Set([...found.backups, ...found.damaged, ...leftOvers].map(({ label }) => label));
  const begun = await findRuns({ name, known, ...options }, repository.storage);
  const onIt: string[] = [];
  for (const label of begun) {
    const commit = await readCommitIfThere({ name, label }, repository, { fresh: true, ...options }).catch(
      asUnreadable,
    );
    if (commit === undefined || commit === 'unreadable' || commit.parent === full.label) onIt.push(label);
  }
  return onIt;
}

function asUnreadable(error: unknown): 'unreadable' {
  if (saysDamaged(error)) return 'unreadable';
  throw error;
}

/** Whether the index of a full is there, without which no new differential begins. Errors: those of the storage. */
export async function hasIndex(
  id: BackupId,
  { storage }: Pick<Repository, 'storage'>,
  options: CallOptions,
): Promise<boolean> {
  const key = dataKey(id, INDEX_NAME);
  for await (const object of storage.list(key, options)) if (object.key === key) return true;
  return false;
}
