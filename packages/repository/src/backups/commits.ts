import { type BackuperError, mapConcurrently, pagesOf, toBackuperError } from '@postgres-backuper/base';
import {
  type BackupId,
  type Commit,
  commitPrefix,
  decodeName,
  parseGatheredKey,
  parseKey,
} from '@postgres-backuper/format';
import { saysDamaged } from '../read/damage.ts';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';
import { atMost, COMMITS_MAX, FOLDERS_MAX } from './at-most.ts';
import { callOptions, type ReadOptions, readCommitIfThere } from './read-commit.ts';

/** Commits requested at once. */
const CONCURRENCY = 16;

/** A backup that exists. */
export interface Backup {
  readonly label: string;
  readonly commit: Commit;
  /** When the commit was stored, by the storage's clock: milliseconds since 1970. */
  readonly storedAt: number;
}

/** A commit that cannot be read or trusted; the other backups are still listed. */
export interface DamagedBackup {
  readonly label: string;
  readonly error: BackuperError;
  /** When the commit was stored, by the storage's clock: milliseconds since 1970. */
  readonly storedAt: number;
}

export interface Backups {
  /** Oldest first: by the start of the backup that its commit records, then by label. */
  readonly backups: readonly Backup[];
  readonly damaged: readonly DamagedBackup[];
  /** Labels that have a signature, and when it was stored; without a commit the run ended early. */
  readonly signatures: ReadonlyMap<string, number>;
  /** Labels of the objects in which commits were gathered, in ascending order. */
  readonly gathered: readonly string[];
}

/**
 * All backups of a name. Objects that are not commits of this program are skipped. A commit that is damaged, or not
 * signed by the trusted key, is in `damaged`. Errors: storage-unsafe for too many; those of the storage.
 */
export async function listBackups(
  { name, ...options }: { readonly name: string } & ReadOptions,
  repository: Repository,
): Promise<Backups> {
  const found: { label: string; storedAt: number }[] = [];
  const signatures = new Map<string, number>();
  const gathered: string[] = [];
  const where = commitPrefix(name);
  const listed = repository.storage.list(where, callOptions(options));
  for await (const page of pagesOf(atMost(listed, { max: COMMITS_MAX, what: 'commits and signatures', where }))) {
    for (const { key, storedAt } of page) {
      const copies = parseGatheredKey(key);
      if (copies?.name === name) gathered.push(copies.label);
      const parsed = parseKey(key);
      if (parsed?.name !== name) continue;
      if (parsed.kind === 'commit') found.push({ label: parsed.label, storedAt });
      if (parsed.kind === 'signature') signatures.set(parsed.label, storedAt);
    }
  }
  const entries = await mapConcurrently(found, CONCURRENCY, ({ label, storedAt }) =>
    readEntry({ id: { name, label }, storedAt, ...options }, repository),
  );
  const there = entries.filter((entry) => entry !== undefined);
  return {
    backups: there.filter((entry) => 'commit' in entry).sort(byStart),
    damaged: there.filter((entry) => 'error' in entry),
    signatures,
    gathered,
  };
}

/** Names that have a folder in the repository, in byte order; folders of other programs are skipped. */
export async function listNames(repository: Repository, options: CallOptions = {}): Promise<string[]> {
  const names: string[] = [];
  const { storage } = repository;
  const listed = storage.folders('', callOptions(options));
  for await (const folder of atMost(listed, { max: FOLDERS_MAX, what: 'folders', where: storage.location })) {
    const name = decodeName(folder);
    if (name !== undefined) names.push(name);
  }
  return names;
}

async function readEntry(
  { id, storedAt, ...options }: { id: BackupId; storedAt: number } & ReadOptions,
  repository: Repository,
): Promise<Backup | DamagedBackup | undefined> {
  try {
    const commit = await readCommitIfThere(id, repository, options);
    return commit && { label: id.label, storedAt, commit };
  } catch (error) {
    if (!saysDamaged(error)) throw error; // a fault of the storage, not of this backup
    return { label: id.label, storedAt, error: toBackuperError(error) };
  }
}

function byStart(a: Backup, b: Backup): number {
  const [first, second] = [Date.parse(a.commit.startedAt), Date.parse(b.commit.startedAt)];
  return first - second || (a.label < b.label ? -1 : 1);
}
