import { BackuperError } from '@postgres-backuper/base';
import type { Measured, NewestBackupOf } from '@postgres-backuper/hosts';
import { type AnySettings, areOf, type Environment, type Resolved } from '@postgres-backuper/options';
import { createTimeline, isTelemetryAsked, type Timeline } from '@postgres-backuper/telemetry';
import type { Outcome } from '../command.ts';
import { whileSending } from '../notify/sending.ts';
import { realClock } from '../real-clock.ts';
import { givenNames } from '../services/backup-name.ts';
import { repositoryStates } from './repository-states.ts';

/** What metrics are made of, beside the document of the run. */
export type Figures = Omit<Measured, 'document'>;

/** What is counted while a command runs. */
export interface Tally {
  /** By the clock's `elapsed`. */
  readonly begunAt: number;
  retries: number;
  readonly timeline: Timeline;
}

export function createTally(): Tally {
  return { begunAt: realClock.elapsed(), retries: 0, timeline: createTimeline(realClock) };
}

/**
 * The figures of a run that ended. Repositories are read only for metrics, until a signal, and not after a
 * cancel: the host kills what does not end soon.
 */
export async function measure(
  end: Outcome | BackuperError,
  {
    resolved,
    environment,
    tally,
  }: { readonly resolved: Resolved; readonly environment: Environment; readonly tally: Tally },
): Promise<Figures> {
  const elapsedMs = Math.round(realClock.elapsed() - tally.begunAt);
  const isCancelled = end instanceof BackuperError && end.code === 'cancelled';
  const { metricsFile, metricsPush }: AnySettings = resolved.settings;
  const isRead = ((metricsFile ?? metricsPush) !== undefined || isTelemetryAsked(environment)) && !isCancelled;
  return {
    ...{ now: realClock.now(), elapsedMs, retries: tally.retries, names: namesIn(resolved, environment) },
    repositories: isRead ? await whileSending((signal) => repositoryStates({ resolved, environment }, signal)) : [],
  };
}

/** The newest usable backups, for the document; undefined: no repository was read. */
export function newestIn({ repositories }: Figures): readonly NewestBackupOf[] | undefined {
  if (repositories.length === 0) return undefined;
  return repositories.flatMap(({ location, names }) =>
    names.flatMap(({ name, newest }) =>
      newest === undefined ? [] : [{ name, location, label: newest.label, startedAt: newest.startedAt }],
    ),
  );
}

/** Undefined when the settings are wrong, which fails the run, or leave the database open. */
function namesIn(resolved: Resolved, environment: Environment): readonly string[] | undefined {
  if (!areOf(resolved, 'repository')) return undefined;
  try {
    const names = givenNames({ resolved, environment });
    const { allDatabases }: AnySettings = resolved.settings;
    const isOpen = names.length === 0 && resolved.command === 'backup' && !allDatabases;
    return isOpen ? undefined : names;
  } catch {
    return undefined;
  }
}
