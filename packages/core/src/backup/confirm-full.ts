import { BackuperError, type Context } from '@postgres-backuper/base';
import type { Commit } from '@postgres-backuper/format';
import { type Repository, readFull, readRecords } from '@postgres-backuper/repository';
import { verifyStored } from '../verify/verify-stored.ts';

/**
 * Looks for the full of a differential after its commit: prune, or somebody, may have deleted it since it was chosen. A
 * prune that is about to delete it left a record before it looked for differentials: one of the two sees the other.
 * Does nothing for a full. Errors: full-missing, object-missing, those of readFull and of the storage.
 */
export async function confirmFull(
  commit: Commit,
  repository: Pick<Repository, 'storage' | 'trusted'>,
  { signal }: Pick<Context, 'signal'>,
): Promise<void> {
  if (commit.parent === null) return;
  const full = await readFull(commit, repository, { fresh: true, signal });
  const { name, label } = full;
  const records = (await readRecords({ name, label, signal }, repository)).get(label) ?? [];
  if (records.some(({ kind }) => kind === 'prune-begun'))
    throw new BackuperError('full-missing', `its full '${label}' is being deleted by a prune`);
  const [damage] = (await verifyStored(full, repository, { signal })).damage;
  if (damage !== undefined) throw new BackuperError('object-missing', `its full '${label}': ${damage.text}`);
}
