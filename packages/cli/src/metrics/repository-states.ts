import { abortable, type Context, mapConcurrently } from '@postgres-backuper/base';
import { createUnusableCipher } from '@postgres-backuper/core';
import type { NameState, RepositoryState } from '@postgres-backuper/hosts';
import { areOf, type Environment, type Resolved, TOOL } from '@postgres-backuper/options';
import {
  newestUsable,
  planLeftOvers,
  type Repository,
  type Survey,
  survey,
  tookMs,
  type Verification,
} from '@postgres-backuper/repository';
import { realClock } from '../real-clock.ts';
import { watchedNames } from '../services/backup-name.ts';
import { openRepositories } from '../services/repositories.ts';
import { forecastFor } from './forecast-for.ts';

/** Longest search after a command is done, milliseconds: a report must not wait for an unreachable storage. */
const PATIENCE_MS = 20_000;

/** A run without a sign of life for this long has ended, milliseconds; heartbeats come every 50 minutes. */
const SILENCE_MS = 2 * 3_600_000;

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

async function nameState(name: string, repository: Repository, { clock, signal }: Context): Promise<NameState> {
  const found = await survey({ name, signal }, repository);
  const now = clock.now();
  const planned = await planLeftOvers({ name, found, now, storageNow: undefined }, repository, signal);
  const leftOvers = planned.leftOvers.filter(({ newestAt }) => now - newestAt >= SILENCE_MS);
  const { usable } = newestUsable(found, { now });
  return {
    name,
    newest: usable && {
      ...{ label: usable.label, startedAt: usable.commit.startedAt },
      ...{ durationMs: tookMs(usable.commit), totals: usable.commit.totals },
      fullBytes: found.backups.find(({ label }) => label === usable.parent)?.commit.totals.storedBytes,
    },
    held: {
      backups: found.backups.length,
      storedBytes: sum(found.backups.map(({ commit }) => commit.totals.storedBytes)),
    },
    bad: found.damaged.length + found.backups.filter(({ bad }) => bad).length,
    verifiedAt: verifiedAt(found),
    leftOvers: { runs: leftOvers.length, storedBytes: sum(leftOvers.map(({ storedBytes }) => storedBytes)) },
  };
}

/** A deeper verification is one of the levels below it as well. */
const PROVES: Readonly<Record<Verification['level'], readonly Verification['level'][]>> = {
  stored: ['stored'],
  content: ['stored', 'content'],
  restore: ['stored', 'content', 'restore'],
};

function verifiedAt({ backups }: Survey): NameState['verifiedAt'] {
  const good = backups
    .flatMap(({ verification, verifications }) => [verification, ...verifications])
    .filter(({ ok }) => ok);
  const times: Partial<Record<Verification['level'], number>> = {};
  for (const { level, at } of good) {
    for (const proven of PROVES[level]) times[proven] = Math.max(times[proven] ?? at, at);
  }
  return times;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
