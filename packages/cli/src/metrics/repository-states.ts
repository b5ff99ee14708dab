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

/** How long of it the forecast may take, for which all names are read. */
const FORECAST_MS = 8000;

type Given = { readonly resolved: Resolved; readonly environment: Environment };

/** What each repository holds of the chosen names, without those that cannot be read in time, or until the signal. Never throws. */
export async function repositoryStates(given: Given, until: AbortSignal): Promise<readonly RepositoryState[]> {
  const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), until]);
  const context = { clock: realClock, emit: () => undefined, signal, tempDir: '', tool: TOOL };
  const { repositories, names } = await abortable(open(given, context), signal).catch(() => NOTHING);
  const states = repositories.map((repository) =>
    abortable(stateOf(repository, { names, resolved: given.resolved }, context), signal).catch(() => undefined),
  );
  return (await Promise.all(states)).filter((one) => one !== undefined);
}

interface Opened {
  readonly repositories: readonly Repository[];
  readonly names: readonly string[];
}

const NOTHING: Opened = { repositories: [], names: [] };

async function open({ resolved, environment }: Given, context: Context): Promise<Opened> {
  if (!areOf(resolved, 'repository')) return NOTHING;
  const repositories = await openRepositories(resolved, { context, environment, unusable: createUnusableCipher });
  return { repositories, names: await watchedNames({ resolved, environment }, repositories, context) };
}

async function stateOf(
  repository: Repository,
  { names, resolved }: { readonly names: readonly string[]; readonly resolved: Resolved },
  context: Context,
): Promise<RepositoryState> {
  const { location } = repository.storage;
  const states = await mapConcurrently(names, CONCURRENCY, (name) => nameState(name, repository, context));
  const usage = await repository.storage.usage?.().catch(() => undefined);
  const signal = AbortSignal.any([AbortSignal.timeout(FORECAST_MS), context.signal]);
  const foretelling = usage && forecastFor(repository, { usage, resolved }, { ...context, signal });
  const forecast = foretelling && (await abortable(foretelling, signal).catch(() => undefined));
  return { location, names: states, usage, forecast };
}
