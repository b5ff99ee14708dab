import { BackuperError, isBackuperError, say } from '@postgres-backuper/base';
import {
  type BackupId,
  COMMIT_MAX_BYTES,
  type Commit,
  commitKey,
  parseCommit,
  requireWholeCommit,
  signatureKey,
} from '@postgres-backuper/format';
import { getObject } from '../read/get-object.ts';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';

/** Largest signature, bytes. */
export const SIGNATURE_MAX_BYTES = 65_536;

export interface ReadOptions extends CallOptions {
  /** True: no commit comes from a cache. For callers that verify or delete. */
  readonly fresh?: boolean;
}

/**
 * One commit, checked by its own digest and by the trusted key. Errors: commit-invalid, signature-missing, signature-invalid,
 * object-missing, object-altered, those of the storage.
 */
export async function readCommit(
  id: BackupId,
  repository: Pick<Repository, 'storage' | 'trusted'>,
  options: ReadOptions = {},
): Promise<Commit> {
  return (await readCommitBytes(id, repository, options)).commit;
}

async function readCommitBytes(
  id: BackupId,
  repository: Pick<Repository, 'storage' | 'trusted'>,
  options: ReadOptions,
): Promise<Pick<CommitObjects, 'commit' | 'bytes'>> {
  const { storage, trusted } = repository;
  const key = commitKey(id);
  const bytes = await getObject(key, storage, { maxBytes: COMMIT_MAX_BYTES, ...options });
  if (trusted !== undefined) {
    requireWholeCommit(bytes, { key }); // damage is not reported as a forgery
    await checkSignature(bytes, { id, repository, options });
  }
  return { commit: parseCommit(bytes, { key }), bytes };
}

/** A commit, and the objects that it is stored as. */
export interface CommitObjects {
  readonly commit: Commit;
  readonly bytes: Uint8Array;
  /** Undefined: the backup is not signed. */
  readonly signature: Uint8Array | undefined;
}

/** A commit as it is stored, with its signature; checked as readCommit does, with the same errors. */
export async function readCommitObjects(
  id: BackupId,
  repository: Pick<Repository, 'storage' | 'trusted'>,
  options: ReadOptions = {},
): Promise<CommitObjects> {
  const read = await readCommitBytes(id, repository, options);
  const limits = { maxBytes: SIGNATURE_MAX_BYTES, ...options };
  const signature = await getObject(signatureKey(id), repository.storage, limits).catch((error: unknown) => {
    if (isBackuperError(error, 'object-missing')) return undefined;
    throw error;
  });
  return { ...read, signature };
}

/** The same; undefined when the backup was deleted after it was listed. Errors: as readCommit. */
export async function readCommitIfThere(
  id: BackupId,
  repository: Pick<Repository, 'storage' | 'trusted'>,
  options: ReadOptions = {},
): Promise<Commit | undefined> {
  try {
    return await readCommit(id, repository, options);
  } catch (error) {
    if (mayBeGone(error) && (await isGone(id, repository, options))) return undefined;
    throw error;
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
  {
    id,
    repository,
    options,
  }: { id: BackupId; repository: Pick<Repository, 'storage' | 'trusted'>; options: ReadOptions },
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

/** What a call of the storage takes of them. */
export function callOptions({ signal }: CallOptions): CallOptions {
  return { signal };
}
