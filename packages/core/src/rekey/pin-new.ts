import type { Context } from '@postgres-backuper/base';
import type { BackupId } from '@postgres-backuper/format';
import { isPinnedNow, type Repository, writeLastRecord } from '@postgres-backuper/repository';

/** Pins a backup that was made of a pinned one, unless it is pinned. Errors: those of the storage. */
export async function pinNew({ name, label }: BackupId, repository: Repository, context: Context): Promise<void> {
  if (await isPinnedNow({ name, label }, repository, { signal: context.signal })) return;
  await writeLastRecord({ name, label, kind: 'pin' }, repository, context);
}
