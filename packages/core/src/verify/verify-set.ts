import type { Context } from '@postgres-backuper/base';
import type { Commit } from '@postgres-backuper/format';
import { collecting, type Damage, type Repository, readFull } from '@postgres-backuper/repository';
import { type StoredCheck, verifyStored } from './verify-stored.ts';

/** Compares backups with what is stored; the full of several differentials once. */
export type StoredChecks = (commit: Commit) => Promise<StoredCheck>;

/**
 * Checks of the objects of backups and, of a differential, those of its full: the objects that the differential's own
 * commit covers. Errors: those of the storage.
 */
export function createStoredChecks(repository: Repository, { signal }: Pick<Context, 'signal'>): StoredChecks {
  const checked = new Map<string, Promise<StoredCheck>>();
  const checkOne = (commit: Commit): Promise<StoredCheck> => {
    const check = checked.get(commit.label) ?? verifyStored(commit, repository, { signal });
    checked.set(commit.label, check);
    return check;
  };
  return async (commit) => {
    const own = await checkOne(commit);
    if (commit.parent === null) return own;
    const damage: Damage[] = [];
    const full = await collecting(damage, undefined, () => readFull(commit, repository, { fresh: true, signal }));
    if (full === undefined) return { ...own, damage: [...own.damage, ...damage] };
    const below = await checkOne(full);
    return { damage: [...own.damage, ...below.damage], extra: own.extra, objects: own.objects + below.objects };
  };
}
