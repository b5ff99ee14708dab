import { type Context, isBackuperError } from '@postgres-backuper/base';
import { type StatusResult, status } from '@postgres-backuper/core';
import { HORIZON_DAYS } from '@postgres-backuper/history';
import type { WatchedName } from '@postgres-backuper/hosts';
import type { Repository } from '@postgres-backuper/repository';
import type { Command } from '../command.ts';
import { statusText } from '../print/status.ts';
import { watchedNames } from '../services/backup-name.ts';
import { endOfAll, everyPlace } from '../services/every-place.ts';
import { fullAtOf } from '../services/forecast.ts';
import { retentionSettings } from '../services/retention.ts';
import { openWatched } from '../services/watched-repositories.ts';

/** Every name must have a young backup in every repository: all are checked, then the bad ones decide the error. */
export const runStatus: Command<'status'> = async (input) => {
  const { resolved, context, terminal } = input;
  const { maxAge: maxAgeMs, ignoreDamaged } = resolved.settings;
  const { repositories, notices } = await openWatched(input);
  for (const text of notices) context.emit({ type: 'warning', text });
  const names = await watchedNames(input, repositories, context);
  const watched = await everyPlace<StatusResult>(
    {
      repositories,
      names: async () => names,
      look: (name, repository) => status({ name, maxAgeMs, ignoreDamaged }, { repository }, context),
      verdicts: ['backup-none', 'backup-stale', 'newest-damaged'],
    },
    context,
  );
  const retention = retentionSettings(resolved.settings);
  const forecasts = new Map<string, WatchedName['forecast']>();
  const isRead = ({ storage }: Repository) => watched.seen.some(({ location }) => location === storage.location);
  for (const one of repositories.filter(isRead)) {
    forecasts.set(one.storage.location, await forecastOf(one, retention, context));
  }
  const withForecast = (result: StatusResult): WatchedName => ({
    ...result,
    forecast: forecasts.get(result.location) ?? null,
  });
  const seen = watched.seen.map((one) => ({ ...one, result: withForecast(one.result) }));
  const good = seen.filter(({ error }) => error === undefined);
  const { timeZone } = resolved.settings;
  const look = { colours: terminal.colours.out, width: terminal.outWidth?.(), timeZone };
  const text = good.map(({ result }) => statusText(result, look)).join('');
  return endOfAll<'status'>(
    { ...watched, seen },
    { result: { repositories: seen.map(({ result }) => result) }, text },
    (errors) => `${errors.length} of ${good.length + errors.length} names have no good backup that is young enough`,
  );
};

const DAY_MS = 86_400_000;

/** Null where the storage does not report its space. What cannot be read is no error of the status, which read what it is about. */
async function forecastOf(
  repository: Repository,
  retention: ReturnType<typeof retentionSettings>,
  context: Context,
): Promise<WatchedName['forecast']> {
  try {
    const usage = await repository.storage.usage?.();
    if (usage === undefined) return null;
    const fullAt = await fullAtOf(repository, { usage, retention }, context);
    const isSoon = fullAt !== undefined;
    return {
      fullAt: isSoon ? new Date(fullAt).toISOString() : null,
      daysUntilFull: isSoon ? Math.max(0, Math.floor((fullAt - context.clock.now()) / DAY_MS)) : null,
      horizonDays: HORIZON_DAYS,
    };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!isBackuperError(error)) throw error;
    return null;
  }
}
