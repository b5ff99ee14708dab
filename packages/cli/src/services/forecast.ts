import { type Context, mapConcurrently } from '@postgres-backuper/base';
import { type ForecastRequest, forecastOf } from '@postgres-backuper/history';
import { listNames, type Repository, survey } from '@postgres-backuper/repository';

/** Names that are read at once. */
const CONCURRENCY = 8;

/** When the repository will be full, milliseconds since 1970, by all its names; undefined: not soon. Errors: those of the storage. */
export async function fullAtOf(
  repository: Repository,
  { usage, retention }: Pick<ForecastRequest, 'usage' | 'retention'>,
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): Promise<number | undefined> {
  const names = await listNames(repository, { signal });
  const found = await mapConcurrently(names, CONCURRENCY, (name) => survey({ name, signal }, repository));
  const grown = found.map(({ backups }) => ({
    backups: backups.map((one) => ({ ...one, totals: one.commit.totals })),
  }));
  return forecastOf(grown, { now: clock.now(), retention, usage }).fullAt;
}
