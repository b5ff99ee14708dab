import type { Context } from '../context.ts';
import { toBackuperError } from '../errors.ts';
import { type Commit, writeCommit } from '../format/commit.ts';
import { commitKey, dataPrefix, signatureKey } from '../format/keys.ts';
import type { ObjectEntry } from '../format/objects.ts';
import type { Destination } from '../pipeline/store.ts';
import type { Repository } from '../repository/repository.ts';
import { confirmObjects, readBackOne } from './confirm.ts';

export interface CommitRequest {
  readonly commit: Commit;
  /** All stored objects, with objects.json.zst. */
  readonly objects: readonly ObjectEntry[];
}

/**
 * confirm → validate → commit, in one repository. A repository that fails is dropped (`destination.failure`).
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
    const warning = await readBackOne(storage, sent, context);
    await storeCommit(commit, repository, context);
    return warning === undefined ? [] : [warning];
  } catch (error) {
    context.signal.throwIfAborted();
    destination.failure = toBackuperError(error);
    return [];
  }
}

/** The signature first: the commit is the last object of a backup. */
async function storeCommit(commit: Commit, { storage, signer }: Repository, { signal }: Context): Promise<void> {
  const bytes = writeCommit(commit);
  if (signer !== undefined) await storage.put(signatureKey(commit), Buffer.from(await signer.sign(bytes)), { signal });
  await storage.put(commitKey(commit), bytes, { signal });
}
