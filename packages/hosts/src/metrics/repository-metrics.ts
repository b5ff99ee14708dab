import type { Measured, RepositoryState } from './measured.ts';
import type { Metric } from './metric.ts';

const ABOUT = { kind: 'gauge', labels: ['location'], subject: 'repository' } as const;

/** What is known of a repository as a whole, after each command. */
export const REPOSITORY_METRICS: readonly Metric[] = [
  {
    ...{
      ...ABOUT,
      name: 'free_bytes',
      unit: 'By',
      help: 'Free bytes of the repository, where its storage reports them.',
    },
    samples: each(({ usage }) => usage?.freeBytes),
  },
  {
    ...{ ...ABOUT, name: 'size_bytes', unit: 'By', help: 'Bytes that the storage of the repository has in all.' },
    samples: each(({ usage }) => usage?.totalBytes),
  },
  {
    ...{ ...ABOUT, name: 'full_timestamp_seconds', unit: 's' },
    help: 'When the free space will be used up if all names grow as before; absent where that is not within 180 days. From backup and prune, which know the rules of retention.',
    samples: each(({ forecast }) => (forecast?.fullAt === undefined ? undefined : Math.round(forecast.fullAt / 1000))),
  },
];

function each(
  figure: (repository: RepositoryState) => number | undefined,
): (measured: Measured) => ReturnType<Metric['samples']> {
  return ({ repositories }) =>
    repositories.flatMap((one) => {
      const value = figure(one);
      return value === undefined ? [] : [{ labels: { location: one.location }, value }];
    });
}
