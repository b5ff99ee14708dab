import type { RestoreResult } from '@postgres-backuper/core';
import type { Told } from './results.ts';

export interface Sample {
  /** For OpenMetrics alone. */
  readonly labels: () => Readonly<Record<string, string>>;
  readonly value: number;
}

/** A number about the results of a command: sizes in bytes, times in milliseconds. */
interface Figure {
  /** Its key for TeamCity, which takes the sum of its samples. */
  readonly statistic: string;
  /** Its name in OpenMetrics, in seconds where it ends in `_seconds`; undefined: it follows from others. */
  readonly metric?: string;
  readonly help: string;
  /** TeamCity takes the largest of its samples. */
  readonly isLargest?: true;
  readonly samples: (told: Told) => readonly Sample[];
}

/** All figures, in the order in which they are shown. */
export const FIGURES: readonly Figure[] = [
  {
    ...{ statistic: 'duration', metric: 'duration_seconds', help: 'How long the backup took.' },
    samples: backups(({ durationMs }) => durationMs),
  },
  {
    // a separate key: the last value of a key counts, and one build may back up and verify
    ...{ statistic: 'verifyDuration', metric: 'verify_duration_seconds', help: 'How long the verification took.' },
    samples: verified(({ durationMs }) => durationMs),
  },
  {
    ...{ statistic: 'restoreDuration', metric: 'restore_duration_seconds', help: 'How long the restore took.' },
    samples: ({ restored }) =>
      restored.map((one) => ({ labels: () => ({ database: one.database }), value: one.durationMs })),
  },
  {
    ...{ statistic: 'rawBytes', metric: 'raw_bytes', help: 'Uncompressed bytes of the backup.' },
    samples: backups(({ totals }) => totals.rawBytes),
  },
  {
    ...{ statistic: 'storedBytes', metric: 'stored_bytes', help: 'Bytes of the backup as stored.' },
    samples: backups(({ totals }) => totals.storedBytes),
  },
  { statistic: 'ratio', help: 'Uncompressed bytes for each byte that is stored.', samples: ratio },
  {
    ...{ statistic: 'tables', metric: 'tables', help: 'Tables in the backup.' },
    samples: backups(({ totals }) => totals.tables),
  },
  {
    ...{ statistic: 'rows', metric: 'rows', help: 'Rows in the backup.' },
    samples: backups(({ totals }) => totals.rows),
  },
  {
    ...{ statistic: 'verifiedBackups', metric: 'verified_backups', help: 'Backups that were verified.' },
    samples: verified((one) => one.backups.length),
  },
  {
    ...{ statistic: 'damagedBackups', metric: 'damaged_backups', help: 'Verified backups that are damaged.' },
    samples: verified((one) => one.backups.filter(({ ok }) => !ok).length),
  },
  {
    ...{ statistic: 'degradedBackups', metric: 'degraded_backups', help: 'Verified backups whose drill is degraded.' },
    samples: verified((one) => one.backups.filter(({ verdict }) => verdict === 'degraded').length),
  },
  {
    ...{ statistic: 'objectsNotRestored', metric: 'objects_not_restored', help: 'Objects that a restore lacks.' },
    samples: restoredWhole(({ objects }) => objects.length),
  },
  {
    ...{
      statistic: 'tablesNotLoaded',
      metric: 'tables_not_loaded',
      help: 'Tables without their rows after a restore.',
    },
    samples: restoredWhole(({ notLoaded }) => notLoaded.length),
  },
  {
    ...{ statistic: 'backups', metric: 'kept_backups', help: 'Backups that prune kept.' },
    samples: pruned((one) => one.backups.length - one.deleted.length),
  },
  {
    ...{ statistic: 'deletedBackups', metric: 'deleted_backups', help: 'Backups that prune deleted.' },
    samples: pruned(({ deleted }) => deleted.length),
  },
  {
    ...{ statistic: 'freedBytes', metric: 'freed_bytes', help: 'Bytes that prune freed.' },
    samples: pruned(({ freedBytes }) => freedBytes),
  },
  {
    ...{ statistic: 'age', metric: 'newest_age_seconds', help: 'Age of the newest good backup.', isLargest: true },
    samples: ({ statuses }) => statuses.flatMap((one) => (one.newest === null ? [] : [ofPlace(one, one.newest.ageMs)])),
  },
  {
    ...{ statistic: 'heldBackups', metric: 'held_backups', help: 'Readable backups of the name.' },
    samples: watched(({ held }) => held.backups),
  },
  {
    ...{ statistic: 'heldBytes', metric: 'held_bytes', help: 'Bytes that the backups of the name store.' },
    samples: watched(({ held }) => held.storedBytes),
  },
  {
    ...{ statistic: 'freeBytes', metric: 'free_bytes', help: 'Free bytes of the repository.', isLargest: true },
    samples: ({ statuses }) => statuses.flatMap((one) => (one.freeBytes === null ? [] : [ofPlace(one, one.freeBytes)])),
  },
];

type ValueOf<Result> = (result: Result) => number;

function backups(value: ValueOf<Told['backups'][number]>): Figure['samples'] {
  return (told) =>
    told.backups.map((one) => ({
      labels: () => ({ database: one.database, name: one.name }),
      value: value(one),
    }));
}

function verified(value: ValueOf<Told['verified'][number]>): Figure['samples'] {
  return (told) => told.verified.map((one) => ofPlace(one, value(one)));
}

/** Of restores of a backup: files tell nothing of their objects. */
function restoredWhole(value: ValueOf<RestoreResult>): Figure['samples'] {
  return (told) =>
    told.restored.flatMap((one) =>
      'objects' in one ? [{ labels: () => ({ database: one.database }), value: value(one) }] : [],
    );
}

function pruned(value: ValueOf<Told['pruned'][number]>): Figure['samples'] {
  return (told) => told.pruned.map((one) => ofPlace(one, value(one)));
}

function watched(value: ValueOf<Told['statuses'][number]>): Figure['samples'] {
  return (told) => told.statuses.map((one) => ofPlace(one, value(one)));
}

/** A sample about the backups of one name in one repository. */
export function ofPlace(place: { readonly name: string; readonly location: string }, value: number): Sample {
  return { labels: () => ({ name: place.name, location: place.location }), value };
}

function ratio({ backups: all }: Told): readonly Sample[] {
  const raw = all.reduce((total, { totals }) => total + totals.rawBytes, 0);
  const stored = all.reduce((total, { totals }) => total + totals.storedBytes, 0);
  return stored > 0 ? [{ labels: () => ({}), value: raw / stored }] : [];
}
