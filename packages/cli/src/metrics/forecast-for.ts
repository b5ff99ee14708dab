import { type Context, mapConcurrently } from '@postgres-backuper/base';
import { forecastOf } from '@postgres-backuper/history';
import type { RepositoryState } from '@postgres-backuper/hosts';
import type { Resolved } from '@postgres-backuper/options';
import { listNames, type Repository, survey } from '@postgres-backuper/repository';
import { retentionSettings } from '../services/retention.ts';

/** Names that are read at once. */
const CONCURRENCY = 8;

/**
 * When the repository will be full, by all its names; undefined: the command does not know the rules of retention.
 * Errors: those of the storage.
 */
export async function forecastFor(
  repository: Repository,
  { usage, resolved }: { readonly usage: NonNullable<RepositoryState['usage']>; readonly resolved: Resolved },
  { clock, signal }: Context,
): Promise<RepositoryState['forecast']> {
  if (!knowsRetention(resolved)) return undefined;
  const names = await listNames(repository, { signal });
  const found = await mapConcurrently(names, CONCURRENCY, (name) => survey({ name, signal }, repository));
  const grown = found.map(({ backups }) => ({
    backups: backups.map((one) => ({ ...one, totals: one.commit.totals })),
  }));
  const retention = retentionSettings(resolved.settings);
  const { fullAt } = forecastOf(grown, { now: clock.now(), retention, usage });
  return { fullAt };
}

function knowsRetention(resolved: Resolved): resolved is Resolved<'backup' | 'prune'> {
  return resolved.command === 'backup' || resolved.command === 'prune';
}
