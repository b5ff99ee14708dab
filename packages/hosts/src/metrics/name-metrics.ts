import type { Measured, NameState, NewestState } from './measured.ts';
import type { Metric, Sample } from './metric.ts';

const ABOUT = { kind: 'gauge', labels: ['name', 'location'], subject: 'name' } as const;

/** What a repository holds of each name, after each command, also a failed one. */
export const NAME_METRICS: readonly Metric[] = [
  {
    ...{ ...ABOUT, name: 'last_success_timestamp_seconds', unit: 's' },
    help: 'When the newest good backup was begun: it holds the database as of then.',
    samples: ofNewest(({ startedAt }) => Math.round(Date.parse(startedAt) / 1000)),
  },
  {
    ...{ ...ABOUT, name: 'duration_seconds', unit: 's', help: 'How long the newest good backup took.' },
    samples: ofNewest(({ durationMs }) => durationMs / 1000),
  },
  {
    ...{ ...ABOUT, name: 'raw_bytes', unit: 'By', help: 'Uncompressed bytes of the newest good backup.' },
    samples: ofNewest(({ totals }) => totals.rawBytes),
  },
  {
    ...{ ...ABOUT, name: 'stored_bytes', unit: 'By', help: 'Bytes of the newest good backup as stored.' },
    samples: ofNewest(({ totals }) => totals.storedBytes),
  },
  {
    ...{ ...ABOUT, name: 'compression_ratio', unit: '1' },
    help: 'Uncompressed bytes for each stored byte of the newest good backup, unless that is a differential.',
    samples: ofNewest(({ totals, fullBytes }) =>
      totals.storedBytes > 0 && fullBytes === undefined ? totals.rawBytes / totals.storedBytes : undefined,
    ),
  },
  {
    ...{ ...ABOUT, name: 'differential_saved_bytes', unit: 'By' },
    help: 'By how much the newest good backup, if it is a differential, is smaller than its full.',
    samples: ofNewest(({ totals, fullBytes }) => fullBytes && fullBytes - totals.storedBytes),
  },
  {
    ...{ ...ABOUT, name: 'rows', unit: '{row}', help: 'Rows in the newest good backup.' },
    samples: ofNewest(({ totals }) => totals.rows),
  },
  {
    ...{ ...ABOUT, name: 'tables', unit: '{table}', help: 'Tables in the newest good backup.' },
    samples: ofNewest(({ totals }) => totals.tables),
  },
  {
    ...{ ...ABOUT, name: 'segments', unit: '{segment}', help: 'Segments of the newest good backup.' },
    samples: ofNewest(({ totals }) => totals.segments),
  },
  {
    ...{ ...ABOUT, name: 'held_backups', unit: '{backup}', help: 'Readable backups of the name, good or not.' },
    samples: ofName(({ held }) => held.backups),
  },
  {
    ...{ ...ABOUT, name: 'held_bytes', unit: 'By', help: 'Bytes that the backups of the name store.' },
    samples: ofName(({ held }) => held.storedBytes),
  },
  {
    ...{ ...ABOUT, name: 'bad_backups', unit: '{backup}' },
    help: 'Backups of the name that cannot be read or failed a verification.',
    samples: ofName(({ bad }) => bad),
  },
  {
    ...{ ...ABOUT, name: 'last_verification_timestamp_seconds', unit: 's', labels: ['name', 'location', 'level'] },
    help: 'When a backup of the name last passed a verification of that level (stored, content, restore).',
    samples: verifications,
  },
  {
    ...{
      ...ABOUT,
      name: 'left_overs',
      unit: '{run}',
      help: 'Runs that stored no backup and left objects, two hours after their last sign of life.',
    },
    samples: ofName(({ leftOvers }) => leftOvers.runs),
  },
  {
    ...{ ...ABOUT, name: 'left_over_bytes', unit: 'By', help: 'Bytes of the objects that such runs left.' },
    samples: ofName(({ leftOvers }) => leftOvers.storedBytes),
  },
];

interface Place {
  readonly location: string;
  readonly state: NameState;
}

function placesOf({ repositories }: Measured): readonly Place[] {
  return repositories.flatMap(({ location, names }) => names.map((state) => ({ location, state })));
}

function ofName(figure: (state: NameState) => number | undefined): Metric['samples'] {
  return (measured) =>
    placesOf(measured).flatMap(({ location, state }): readonly Sample[] => {
      const value = figure(state);
      return value === undefined ? [] : [{ labels: { name: state.name, location }, value }];
    });
}

function ofNewest(figure: (newest: NewestState) => number | undefined): Metric['samples'] {
  return ofName(({ newest }) => newest && figure(newest));
}

function verifications(measured: Measured): readonly Sample[] {
  return placesOf(measured).flatMap(({ location, state }) =>
    Object.entries(state.verifiedAt).map(([level, at]) => ({
      labels: { name: state.name, location, level },
      value: Math.round(at / 1000),
    })),
  );
}
