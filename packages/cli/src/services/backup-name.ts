import { BackuperError, type Context, listNames, type Repository } from '@postgres-backuper/core';
import type { CommandInput } from '../command.ts';
import { settingsError } from '../options/settings-error.ts';
import { say } from '../wording/say.ts';
import { createServer } from './server.ts';

/** The name that the settings give, by --name or by the database; undefined when they give none. */
export function givenName({
  resolved,
  environment,
}: Pick<CommandInput, 'resolved' | 'environment'>): string | undefined {
  return resolved.settings.name ?? createServer(resolved, environment).env.PGDATABASE;
}

/** The name of the backups that are meant: what is given, or the only one in the repository. Errors: configuration-invalid. */
export async function backupName(
  input: Pick<CommandInput, 'resolved' | 'environment'>,
  repository: Repository,
  { signal }: Pick<Context, 'signal'>,
): Promise<string> {
  const given = givenName(input);
  if (given !== undefined) return given;
  const names = await listNames(repository, { signal });
  const [only, second] = names;
  if (only === undefined) {
    throw new BackuperError('backup-none', `there is no backup in ${repository.storage.location}`, {
      hint: `make one with ${say.command('backup')}, or check ${say.given('repository')}`,
    });
  }
  if (second === undefined) return only;
  throw settingsError(
    ['the repository holds backups of several names, and none is chosen'],
    `give one of them with ${say.option('name')}: ${names.join(', ')}`,
  );
}
