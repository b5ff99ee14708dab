import type { Context } from '@postgres-backuper/base';
import { createUnusableCipher } from '@postgres-backuper/core';
import type { NewestBackupOf } from '@postgres-backuper/hosts';
import { type CommandsThatNeed, type Environment, type Resolved, TOOL } from '@postgres-backuper/options';
import { newestUsable, type Repository, survey } from '@postgres-backuper/repository';
import { realClock } from '../real-clock.ts';
import { watchedNames } from './backup-name.ts';
import { openRepositories } from './repositories.ts';

/** Longest search after a command is done, milliseconds: a report must not wait for an unreachable storage. */
const PATIENCE_MS = 20_000;

/** The newest usable backup of each chosen name in each repository; undefined if it cannot be read in time. */
export async function newestBackups(input: {
  readonly resolved: Resolved<CommandsThatNeed<'repository'>>;
  readonly environment: Environment;
}): Promise<readonly NewestBackupOf[] | undefined> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const late = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const context = { clock: realClock, emit: () => undefined, signal, tempDir: '', tool: TOOL };
  return Promise.race([read(input, context).catch(() => undefined), late]);
}

async function read(
  {
    resolved,
    environment,
  }: { readonly resolved: Resolved<CommandsThatNeed<'repository'>>; readonly environment: Environment },
  context: Context,
): Promise<readonly NewestBackupOf[]> {
  const repositories = await openRepositories(resolved, { context, environment, unusable: createUnusableCipher });
  const names = await watchedNames({ resolved, environment }, repositories, context);
  const found: NewestBackupOf[] = [];
  for (const repository of repositories) {
    for (const name of names) found.push(...(await newestOf(name, repository, context)));
  }
  return found;
}

async function newestOf(
  name: string,
  repository: Repository,
  { clock, signal }: Context,
): Promise<readonly NewestBackupOf[]> {
  const { usable } = newestUsable(await survey({ name, signal }, repository), { now: clock.now() });
  if (usable === undefined) return [];
  const { label, commit } = usable;
  return [{ name, location: repository.storage.location, label, startedAt: commit.startedAt }];
}
