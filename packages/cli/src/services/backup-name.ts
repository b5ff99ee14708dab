import { BackuperError, type Context } from '@postgres-backuper/base';
import { type AnySettings, type CommandsThatNeed, say, settingsError } from '@postgres-backuper/options';
import { listNames, type Repository } from '@postgres-backuper/repository';
import type { CommandInput } from '../command.ts';
import { createServer } from './server.ts';

type RepositoryCommand = CommandsThatNeed<'repository'>;
type Given = Pick<CommandInput<RepositoryCommand>, 'resolved' | 'environment'>;

/** The names in the settings, from --name or the databases; may be empty. */
export function givenNames({ resolved, environment }: Given): readonly string[] {
  const { name } = resolved.settings;
  return name === undefined ? [...new Set(createServer(resolved, environment).databases)] : [name];
}

/** The chosen names: those in the settings, or the only one in the repository. Errors: configuration-invalid. */
export async function backupNames(
  input: Given,
  repository: Repository,
  { signal }: Pick<Context, 'signal'>,
): Promise<readonly string[]> {
  const given = givenNames(input);
  if (given.length > 0) return given;
  const names = await listNames(repository, { signal });
  const [only, second] = names;
  if (only === undefined) throw noBackup(repository);
  if (second === undefined) return [only];
  throw settingsError(
    ['the repository holds backups of several names, and none is chosen'],
    `give one of them with ${say.option('name')}: ${names.join(', ')}`,
  );
}

/** As backupNames, for a command that uses one backup. */
export async function backupName(
  input: Given,
  repository: Repository,
  context: Pick<Context, 'signal'>,
): Promise<string> {
  const [name, second] = await backupNames(input, repository, context);
  if (name !== undefined && second === undefined) return name;
  throw settingsError(['several databases are named, and one backup is meant'], 'name one of them');
}

/**
 * The watched names: those in the settings, or all names in any of the repositories except those of
 * --exclude-database. Errors: backup-none; that of a repository, when no other one holds a name.
 */
export async function watchedNames(
  input: Given,
  repositories: readonly Repository[],
  { signal }: Pick<Context, 'signal'>,
): Promise<readonly string[]> {
  const given = givenNames(input);
  const found = given.length > 0 ? given : await namesOfAny(repositories, signal);
  const { excludeDatabase = [] }: AnySettings = input.resolved.settings;
  const names = [...new Set(found)].filter((name) => !excludeDatabase.includes(name)).sort();
  if (names.length === 0) throw noBackup(repositories[0] as Repository);
  return names;
}

/** A repository that fails is reported later, when it is read. */
async function namesOfAny(repositories: readonly Repository[], signal: AbortSignal): Promise<readonly string[]> {
  const ends = await Promise.allSettled(repositories.map((one) => listNames(one, { signal })));
  const names = ends.flatMap((end) => (end.status === 'fulfilled' ? end.value : []));
  const failed = ends.find((end) => end.status === 'rejected');
  signal.throwIfAborted();
  if (names.length === 0 && failed !== undefined) throw failed.reason;
  return names;
}

function noBackup({ storage }: Repository): BackuperError {
  return new BackuperError('backup-none', `there is no backup in ${storage.location}`, {
    hint: `make one with ${say.command('backup')}, or check ${say.given('repository')}`,
  });
}
