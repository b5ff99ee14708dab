import { type Context, isBackuperError } from '@postgres-backuper/base';
import { planLeftOvers, type Repository, type Survey, silentLeftOvers } from '@postgres-backuper/repository';

/** What runs left that ended without a backup. */
export interface LeftOvers {
  readonly runs: number;
  readonly storedBytes: number;
}

/** Without those of runs that may still be running. Null: they cannot be listed, which is no error of the status. */
export async function leftOversOf(
  { name, found }: { readonly name: string; readonly found: Survey },
  repository: Repository,
  { clock, signal }: Context,
): Promise<LeftOvers | null> {
  try {
    const now = clock.now();
    return silentLeftOvers(await planLeftOvers({ name, found, now, storageNow: undefined }, repository, signal), now);
  } catch (error) {
    if (!isBackuperError(error) || isBackuperError(error, 'cancelled')) throw error;
    signal.throwIfAborted();
    return null;
  }
}
