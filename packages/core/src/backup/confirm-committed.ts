import { BackuperError, type Context, say, toBackuperError } from '@postgres-backuper/base';
import {
  type Commit,
  commitKey,
  dataPrefix,
  type ObjectList,
  signatureKey,
  writeCommit,
} from '@postgres-backuper/format';
import { type Repository, saysDamaged, writeRecord } from '@postgres-backuper/repository';
import { confirmObjects } from './confirm.ts';
import { confirmFull } from './confirm-full.ts';
import { look } from './put-confirmed.ts';

/**
 * Confirms all objects again after the commit, and the full of a differential: a concurrent `prune` that saw no commit may
 * have removed some. Then the commit is removed again. Returns a warning when the storage could not be asked.
 * Errors: objects-removed when the backup is undone; object-missing when its commit could not be removed.
 */
export async function confirmCommitted(
  repository: Pick<Repository, 'storage' | 'signer' | 'trusted'>,
  { commit, objects }: { readonly commit: Commit; readonly objects: ObjectList },
  context: Context,
): Promise<string | undefined> {
  try {
    await confirmObjects(repository.storage, { prefix: dataPrefix(commit), objects }, context);
    await confirmFull(commit, repository, context);
    return undefined;
  } catch (error) {
    context.signal.throwIfAborted();
    const { message } = toBackuperError(error);
    if (saysDamaged(error)) throw await condemn(repository, commit, { message, context });
    return `the objects could not be looked for again when '${commit.label}' was committed: ${message}`;
  }
}

async function condemn(
  repository: Pick<Repository, 'storage' | 'signer'>,
  commit: Commit,
  { message, context }: { readonly message: string; readonly context: Context },
): Promise<BackuperError> {
  const { signal } = context;
  const { storage } = repository;
  await storage.remove([commitKey(commit), signatureKey(commit)], { signal }).catch(() => undefined);
  const found = await look(storage, { key: commitKey(commit), bytes: writeCommit(commit) }, { signal });
  if (found === 'absent') return removed(message);
  const { name, label } = commit;
  const details = { damage: [message] };
  await writeRecord({ name, label, kind: 'verify-stored-failed', details }, repository, context).catch(() => undefined);
  return new BackuperError('object-missing', `backup '${label}' is incomplete, and its commit stays: ${message}`, {
    hint: `do not use this backup: remove '${commitKey(commit)}', then run the backup again`,
  });
}

function removed(message: string): BackuperError {
  return new BackuperError('objects-removed', `objects vanished while the backup was committed: ${message}`, {
    hint: `run the backup again; look for ${say.command('prune')} at the same time, and at the clocks of its machine and of the storage`,
  });
}
