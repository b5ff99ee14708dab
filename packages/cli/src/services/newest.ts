import type { Context } from '@postgres-backuper/base';
import { newestUsable, type Repository, survey } from '@postgres-backuper/repository';

/**
 * Whether every repository has a usable backup of this name that is younger than `maxAgeMs`, and no newer damaged one;
 * false if the limit is unset.
 */
export async function isNewerThan(
  name: string,
  { maxAgeMs, destinations }: { maxAgeMs: number | undefined; destinations: readonly Repository[] },
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): Promise<boolean> {
  if (maxAgeMs === undefined) return false;
  for (const repository of destinations) {
    const now = clock.now();
    const { usable, passedOver } = newestUsable(await survey({ name, signal }, repository), { now });
    if (usable === undefined || now - usable.startedAt >= maxAgeMs) return false;
    if (passedOver.some(({ flaw }) => flaw !== 'future')) return false;
  }
  return true;
}
