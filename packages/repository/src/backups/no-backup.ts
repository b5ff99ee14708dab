import { BackuperError, say } from '@postgres-backuper/base';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';
import { listNames } from './commits.ts';

const SHOWN = 10;

/**
 * The error for a name without any backup: backup-none. It says which names have some: the database of a URL, such as
 * `postgres`, is often not the one that was backed up.
 */
export async function noBackup(name: string, repository: Repository, options: CallOptions): Promise<BackuperError> {
  const hint =
    (await otherNamesHint(name, repository, options)) ??
    `check ${say.given('repository')} and ${say.option('name')}, or make one with ${say.command('backup')}`;
  return new BackuperError('backup-none', `'${name}' has no backup`, { hint });
}

/** The other names in the repository; undefined if there are none, or if they may not be listed. */
export async function otherNamesHint(
  name: string,
  repository: Repository,
  options: CallOptions,
): Promise<string | undefined> {
  const names = await listNames(repository, options).catch(() => []); // a key for one name may not list the others
  options.signal?.throwIfAborted();
  const others = names.filter((other) => other !== name);
  if (others.length === 0) return undefined;
  const shown = others.slice(0, SHOWN).join(', ') + (others.length > SHOWN ? ', …' : '');
  return `choose one of the names that have backups with ${say.option('name')}: ${shown}`;
}
