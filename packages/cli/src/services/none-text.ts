import { escapeText } from '@postgres-backuper/base';

import { noBackup, type Repository } from '@postgres-backuper/repository';
import type { CommandInput } from '../command.ts';

/** A mistyped name must not look like an empty repository, nor like a prune without expired backups. */
export async function noneText(
  name: string | undefined,
  repository: Repository,
  { context: { signal } }: CommandInput,
): Promise<string> {
  const { location } = repository.storage;
  if (name === undefined) return `no backup in ${escapeText(location)}\n`;
  const { hint = '' } = await noBackup(name, repository, { signal });
  return `${escapeText(`no backup of '${name}' in ${location}: ${hint}`)}\n`;
}
