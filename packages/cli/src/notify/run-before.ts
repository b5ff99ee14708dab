import { abortable, type Context, mapConcurrently } from '@postgres-backuper/base';
import { createUnusableCipher } from '@postgres-backuper/core';
import { createLabel } from '@postgres-backuper/format';
import { areOf, type CommandsThatNeed, type Environment, type Resolved, TOOL } from '@postgres-backuper/options';
import { newestUsable, type Repository, readRecords, survey, writeRecord } from '@postgres-backuper/repository';
import { realClock } from '../real-clock.ts';
import { watchedNames } from '../services/backup-name.ts';
import { openRepositories } from '../services/repositories.ts';

/** Longest wait for a repository, milliseconds: it may be why the run failed. */
const PATIENCE_MS = 10_000;

/** Names that are looked at or noted at once. */
const CONCURRENCY = 8;

/** The state of one name in one repository before a run of `backup`. */
export interface NameBefore {
  readonly name: string;
  readonly repository: Repository;
  /** The newest usable backup. `fullBytes`: stored by it, or by the full on which it stands. */
  readonly newest?: { readonly label: string; readonly startedAt: number; readonly fullBytes: number };
  /** When the first run after it failed: milliseconds since 1970. */
  readonly failingSince?: number;
}

/** Looks at each chosen name in each repository, while the run begins; empty if that cannot be read in time. Never throws. */
export async function lookBefore(resolved: Resolved, environment: Environment): Promise<readonly NameBefore[]> {
  if (!areOf(resolved, 'repository')) return [];
  const context = quietContext();
  try {
    return await abortable(lookAtAll(resolved, { environment, context }), context.signal);
  } catch {
    return [];
  }
}

async function lookAtAll(
  resolved: Resolved<CommandsThatNeed<'repository'>>,
  { environment, context }: { readonly environment: Environment; readonly context: Context },
): Promise<readonly NameBefore[]> {
  const repositories = await openRepositories(resolved, { context, environment, unusable: createUnusableCipher });
  const names = await watchedNames({ resolved, environment }, repositories, context);
  const places = repositories.flatMap((repository) => names.map((name) => ({ name, repository })));
  return mapConcurrently(places, CONCURRENCY, (place) => lookAt(place, context));
}

async function lookAt(place: Pick<NameBefore, 'name' | 'repository'>, context: Context): Promise<NameBefore> {
  const { name, repository } = place;
  const { signal, clock } = context;
  const found = await survey({ name, signal }, repository);
  const { usable } = newestUsable(found, { now: clock.now() });
  if (usable === undefined) return place;
  const { label, startedAt } = usable;
  const full = found.backups.find((one) => one.label === usable.parent) ?? usable;
  const newest = { label, startedAt, fullBytes: full.commit.totals.storedBytes };
  const records = [...(await readRecords({ name, signal }, repository)).values()].flat();
  const failed = records.filter(({ kind, at }) => kind === 'backup-failed' && at > startedAt).map(({ at }) => at);
  return { ...place, newest, ...(failed.length === 0 ? {} : { failingSince: Math.min(...failed) }) };
}

/**
 * Records that the run failed for these names, as a run that stored something does by itself, so that the next good run
 * is known as a recovery. A name without a backup has nothing to recover. Never throws.
 */
export async function noteFailure(names: readonly NameBefore[]): Promise<void> {
  const context = quietContext();
  const isNew = ({ newest, failingSince }: NameBefore) => newest !== undefined && failingSince === undefined;
  const noted = mapConcurrently(names.filter(isNew), CONCURRENCY, (one) => note(one, context).catch(() => undefined));
  await abortable(noted, context.signal).catch(() => undefined);
}

async function note({ name, repository, newest }: NameBefore, context: Context): Promise<void> {
  const { signal, clock } = context;
  const records = [...(await readRecords({ name, signal }, repository)).values()].flat();
  if (records.some(({ kind, at }) => kind === 'backup-failed' && at > (newest?.startedAt ?? 0))) return;
  await writeRecord({ name, label: createLabel(clock.now()), kind: 'backup-failed' }, repository, context);
}

function quietContext(): Context {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return { clock: realClock, emit: () => undefined, signal, tempDir: '', tool: TOOL };
}
