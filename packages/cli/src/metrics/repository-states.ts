import { abortable, type Context, mapConcurrently } from '@postgres-backuper/base';
import { createUnusableCipher } from '@postgres-backuper/core';
import type { RepositoryState } from '@postgres-backuper/hosts';
import { areOf, type Environment, type Resolved, TOOL } from '@postgres-backuper/options';
import type { Repository } from '@postgres-backuper/repository';
import { realClock } from '../real-clock.ts';
import { watchedNames } from '../services/backup-name.ts';
import { openRepositories } from '../services/repositories.ts';
import { forecastFor } from './forecast-for.ts';
import { nameState } from './name-state.ts';

/** Longest search after a command is done, milliseconds: a report must not wait for an unreachable storage. */
const PATIENCE_MS = 20_000;

/** Names that are looked at at once. */
const CONCURRENCY = 8;

/** What each repository holds of the chosen names, without those that cannot be read in time. Never throws. */
export async function repositoryStates(
  resolved: Resolved,
  environment: Environment,
): Promise<readonly RepositoryState[]> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const context = { clock: realClock, emit: () => undefined, signal, tempDir: '', tool: TOOL };
  return abortable(read({ resolved, environment }, context), signal).catch(() => []);
}

async function read(
  { resolved, environment }: { readonly resolved: Resolved; readonly environment: Environment },
  context: Context,
): Promise<readonly RepositoryState[]> {
  if (!areOf(resolved, 'repository')) return [];
  const repositories = await openRepositories(resolved, { context, environment, unusable: createUnusableCipher });
  const names = await watchedNames({ resolved, environment }, repositories, context);
  const states = repositories.map((repository) =>
    abortable(stateOf(repository, { names, resolved }, context), context.signal).catch(() => undefined),
  );
  return (await Promise.all(states)).filter((one) => one !== undefined);
}

async function stateOf(
  repository: Repository,
  { names, resolved }: { readonly names: readonly string[]; readonly resolved: Resolved },
  context: Context,
): Promise<RepositoryState> {
  const { location } = repository.storage;
  const states = await mapConcurrently(names, CONCURRENCY, (name) => nameState(name, repository, context));
  const usage = await repository.storage.usage?.().catch(() => undefined);
  const forecast = usage && (await forecastFor(repository, { usage, resolved }, context));
  return { location, names: states, usage, forecast };
}
