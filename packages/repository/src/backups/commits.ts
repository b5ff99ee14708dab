import { BackuperError, isBackuperError, mapConcurrently, say, toBackuperError } from '@postgres-backuper/base';
import {
  type BackupId,
  COMMIT_MAX_BYTES,
  type Commit,
  commitKey,
  commitPrefix,
  decodeName,
  parseCommit,
  parseKey,
  requireWholeCommit,
  signatureKey,
} from '@postgres-backuper/format';
import { saysDamaged } from '../read/damage.ts';
import { getObject } from '../read/get-object.ts';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';
import { atMost, COMMITS_MAX, FOLDERS_MAX } from './at-most.ts';

/** Commits requested at once. */
const CONCURRENCY = 16;
const SIGNATURE_MAX_BYTES = 65_536;

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
}

export interface ReadOptions extends CallOptions {
  /** True: no commit comes from a cache. For callers that verify or delete. */
  readonly fresh?: boolean;
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
  const where = commitPrefix(name);
  const listed = repository.storage.list(where, callOptions(options));
  for await (const object of atMost(listed, { max: COMMITS_MAX, what: 'commits and signatures', where })) {
    const key = parseKey(object.key);
    if (key?.name !== name) continue;
    if (key.kind === 'commit') found.push({ label: key.label, storedAt: object.storedAt });
    if (key.kind === 'signature') signatures.set(key.label, object.storedAt);
  }
  const entries = await mapConcurrently(found, CONCURRENCY, ({ label, storedAt }) =>
    readEntry({ id: { name, label }, storedAt, ...options }, repository),
  );
  const there = entries.filter((entry) => entry !== undefined);
  return {
    backups: there.filter((entry) => 'commit' in entry).sort(byStart),
    damaged: there.filter((entry) => 'error' in entry),
    signatures,
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

/**
 * One commit, checked as `listBackups` does. Errors: commit-invalid, signature-missing, signature-invalid,
 * object-missing, object-altered, those of the storage.
 */
export async function readCommit(id: BackupId, repository: Repository, options: ReadOptions = {}): Promise<Commit> {
  const { storage, trusted } = repository;
  const key = commitKey(id);
  const bytes = await getObject(key, storage, { maxBytes: COMMIT_MAX_BYTES, ...options });
  requireWholeCommit(bytes, { key }); // damage is not reported as a forgery
  if (trusted !== undefined) await checkSignature(bytes, { id, repository, options });
  return parseCommit(bytes, { key });
}

/** The same; undefined when the backup was deleted after it was listed. Errors: as readCommit. */
export async function readCommitIfThere(
  id: BackupId,
  repository: Repository,
  options: ReadOptions = {},
): Promise<Commit | undefined> {
  try {
    return await readCommit(id, repository, options);
  } catch (error) {
    if (mayBeGone(error) && (await isGone(id, repository, options))) return undefined;
    throw error;
  }
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

/** How a backup appears while it is deleted: its commit is removed first. */
function mayBeGone(error: unknown): boolean {
  return isBackuperError(error, 'object-missing', 'signature-missing');
}

/** Whether a backup was deleted after it was listed. Errors: those of the storage. */
export async function isGone(
  id: BackupId,
  { storage }: Pick<Repository, 'storage'>,
  options: CallOptions = {},
): Promise<boolean> {
  const key = commitKey(id);
  for await (const object of storage.list(key, callOptions(options))) if (object.key === key) return false;
  return true;
}

async function checkSignature(
  bytes: Uint8Array,
  { id, repository, options }: { id: BackupId; repository: Repository; options: ReadOptions },
): Promise<void> {
  const key = signatureKey(id);
  const limits = { maxBytes: SIGNATURE_MAX_BYTES, ...options };
  const signature = await getObject(key, repository.storage, limits).catch((error: unknown) => {
    if (isBackuperError(error, 'object-missing')) throw signatureMissing(id);
    throw error;
  });
  await repository.trusted?.check(bytes, Buffer.from(signature).toString('utf8')).catch((error: unknown) => {
    throw isBackuperError(error, 'signature-invalid') ? signatureInvalid(key, error) : error;
  });
}

/** The signer knows no keys of objects. */
function signatureInvalid(key: string, error: BackuperError): BackuperError {
  const { hint } = error;
  return new BackuperError('signature-invalid', `object '${key}': ${error.message}`, { hint, cause: error });
}

function signatureMissing(id: BackupId): BackuperError {
  return new BackuperError(
    'signature-missing',
    `backup '${id.label}' is not signed: '${signatureKey(id)}' is missing`,
    {
      hint: `do not trust it, or leave out ${say.given('signerKey')} if its origin does not matter`,
    },
  );
}

function byStart(a: Backup, b: Backup): number {
  const [first, second] = [Date.parse(a.commit.startedAt), Date.parse(b.commit.startedAt)];
  return first - second || (a.label < b.label ? -1 : 1);
}

function callOptions({ signal }: CallOptions): CallOptions {
  return { signal };
}
