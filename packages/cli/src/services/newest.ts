import { type Context, listBackups, type Repository } from '@postgres-backuper/core';

/** Whether every repository has a backup of this name that is younger than `maxAgeMs`; false without such a limit. */
export async function isNewerThan(
  name: string,
  { maxAgeMs, destinations }: { maxAgeMs: number | undefined; destinations: readonly Repository[] },
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): Promise<boolean> {
  if (maxAgeMs === undefined) return false;
  for (const repository of destinations) {
    const { backups } = await listBackups({ name, signal }, repository);
    const newest = backups.at(-1);
    if (newest === undefined || clock.now() - Date.parse(newest.commit.startedAt) >= maxAgeMs) return false;
  }
  return true;
}
