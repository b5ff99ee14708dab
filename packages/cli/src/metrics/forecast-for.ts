import type { Context } from '@postgres-backuper/base';
import type { RepositoryState } from '@postgres-backuper/hosts';
import type { Resolved } from '@postgres-backuper/options';
import type { Repository } from '@postgres-backuper/repository';
import { fullAtOf } from '../services/forecast.ts';
import { retentionSettings } from '../services/retention.ts';

/**
 * When the repository will be full, by all its names; undefined: the command does not apply the rules of retention.
 * Errors: those of the storage.
 */
export async function forecastFor(
  repository: Repository,
  { usage, resolved }: { readonly usage: NonNullable<RepositoryState['usage']>; readonly resolved: Resolved },
  context: Context,
): Promise<RepositoryState['forecast']> {
  if (!appliesRetention(resolved)) return undefined;
  return { fullAt: await fullAtOf(repository, { usage, retention: retentionSettings(resolved.settings) }, context) };
}

/** What a command that only looks is told of the rules may be the default. */
function appliesRetention(resolved: Resolved): resolved is Resolved<'backup' | 'prune'> {
  return resolved.command === 'backup' || resolved.command === 'prune';
}
