import { type Context, isBackuperError, toBackuperError } from '@postgres-backuper/base';
import {
  type Commit,
  commitKey,
  dataPrefix,
  type ObjectList,
  signatureKey,
  writeCommit,
} from '@postgres-backuper/format';
import { type Destination, isTemporary, type Repository } from '@postgres-backuper/repository';
import { confirmObjects, readBackOne } from './confirm.ts';
import { confirmCommitted } from './confirm-committed.ts';
import { otherServer } from './other-server.ts';
import { putConfirmed } from './put-confirmed.ts';

export interface CommitRequest {
  readonly commit: Commit;
  /** All stored objects, including objects.json.zst. */
  readonly objects: ObjectList;
}

/**
 * confirm → validate → commit → confirm again, in one repository. A repository that fails is dropped (`destination.failure`).
 * Returns the warnings, e.g. that nothing could be read back.
 */
export async function commitTo(
  request: CommitRequest,
  { repository, destination }: { repository: Repository; destination: Destination },
  context: Context,
): Promise<readonly string[]> {
  if (destination.failure !== undefined) return [];
  const { storage } = repository;
  const { commit, objects } = request;
  const sent = { prefix: dataPrefix(commit), objects };
  try {
    context.emit({
      type: 'phase',
      phase: 'confirm',
      text: `looking for all ${objects.length} objects in ${storage.location}`,
    });
    await confirmObjects(storage, sent, context);
    context.emit({ type: 'phase', phase: 'validate', text: 'reading one object back' });
    const found = [
      await readBackOne(storage, sent, context),
      ...(await storeCommit(commit, { repository, destination }, context)),
      await confirmCommitted(repository, request, context),
    ];
    const warnings = found.filter((warning) => warning !== undefined);
    for (const text of warnings) context.emit({ type: 'warning', text });
    const other = await otherServer(commit, repository, context);
    if (other !== undefined) context.emit({ type: 'warning', ...other });
    return other === undefined ? warnings : [...warnings, other.text];
  } catch (error) {
    context.signal.throwIfAborted();
    destination.failure = toBackuperError(error);
    if (destination.failure.code === 'objects-removed') destination.commitState = 'none';
    return [];
  }
}

/** Stores the signature first: the commit is the last object of a backup. Confirms both. */
async function storeCommit(
  commit: Commit,
  { repository, destination }: { repository: Repository; destination: Destination },
  context: Context,
): Promise<readonly (string | undefined)[]> {
  const { storage, signer } = repository;
  const bytes = writeCommit(commit);
  const warnings: (string | undefined)[] = [];
  if (signer !== undefined) {
    const signature = Buffer.from(await signer.sign(bytes));
    warnings.push(await putConfirmed(storage, { key: signatureKey(commit), bytes: signature }, context));
  }
  destination.commitState = 'sent';
  try {
    warnings.push(await putConfirmed(storage, { key: commitKey(commit), bytes }, context));
  } catch (error) {
    if (!context.signal.aborted && isRefused(error)) destination.commitState = 'none';
    throw error;
  }
  destination.commitState = 'stored';
  return warnings;
}

/** The commit is not stored and cannot appear later. An object that the storage took but does not show may appear. */
function isRefused(error: unknown): boolean {
  if (!isBackuperError(error) || isTemporary(error)) return false;
  return error.kind !== 'damage' && error.code !== 'internal';
}
