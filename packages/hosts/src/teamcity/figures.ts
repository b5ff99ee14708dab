import type { RestoreResult } from '@postgres-backuper/core';
import type { Told } from '../results.ts';

/** A number about the results of a command: sizes in bytes, times in milliseconds. */
interface Figure {
  /** Its key; the sum of its samples counts. */
  readonly statistic: string;
  /** The largest of its samples counts, not their sum. */
  readonly isLargest?: true;
  readonly samples: (told: Told) => readonly number[];
}

/** All figures, in the order in which they are shown. */
export const FIGURES: readonly Figure[] = [
  {
    statistic: 'duration',
    samples: backups(({ durationMs }) => durationMs),
  },
  {
    // a separate key: the last value of a key counts, and one build may back up and verify
    statistic: 'verifyDuration',
    samples: verified(({ durationMs }) => durationMs),
  },
  {
    statistic: 'restoreDuration',
    samples: ({ restored }) => restored.map(({ durationMs }) => durationMs),
  },
  {
    statistic: 'rawBytes',
    samples: backups(({ totals }) => totals.rawBytes),
  },
  {
    statistic: 'storedBytes',
    samples: backups(({ totals }) => totals.storedBytes),
  },
  { statistic: 'ratio', samples: ratio },
  {
    statistic: 'savedBytes',
    samples: ({ backups: all }) =>
      all.flatMap(({ totals, saving }) => (saving === null ? [] : [saving.fullStoredBytes - totals.storedBytes])),
  },
  {
    statistic: 'tables',
    samples: backups(({ totals }) => totals.tables),
  },
  {
    statistic: 'rows',
    samples: backups(({ totals }) => totals.rows),
  },
  {
    statistic: 'verifiedBackups',
    samples: verified((one) => one.backups.length),
  },
  {
    statistic: 'damagedBackups',
    samples: verified((one) => one.backups.filter(({ ok }) => !ok).length),
  },
  {
    statistic: 'degradedBackups',
    samples: verified((one) => one.backups.filter(({ verdict }) => verdict === 'degraded').length),
  },
  {
    statistic: 'objectsNotRestored',
    samples: restoredWhole(({ objects }) => objects.length),
  },
  {
    statistic: 'tablesNotLoaded',
    samples: restoredWhole(({ notLoaded }) => notLoaded.length),
  },
  {
    statistic: 'backups',
    samples: pruned((one) => one.backups.length - one.deleted.length),
  },
  {
    statistic: 'deletedBackups',
    samples: pruned(({ deleted }) => deleted.length),
  },
  {
    statistic: 'freedBytes',
    samples: pruned(({ freedBytes }) => freedBytes),
  },
  {
    statistic: 'age',
    isLargest: true,
    samples: ({ statuses }) => statuses.flatMap((one) => (one.newest === null ? [] : [one.newest.ageMs])),
  },
  {
    statistic: 'heldBackups',
    samples: watched(({ held }) => held.backups),
  },
  {
    statistic: 'heldBytes',
    samples: watched(({ held }) => held.storedBytes),
  },
  {
    statistic: 'freeBytes',
    isLargest: true,
    samples: ({ statuses }) => statuses.flatMap((one) => (one.freeBytes === null ? [] : [one.freeBytes])),
  },
];

type ValueOf<Result> = (result: Result) => number;

function backups(value: ValueOf<Told['backups'][number]>): Figure['samples'] {
  return (told) => told.backups.map(value);
}

function verified(value: ValueOf<Told['verified'][number]>): Figure['samples'] {
  return (told) => told.verified.map(value);
}

/** Of restores of a backup: files tell nothing of their objects. */
function restoredWhole(value: ValueOf<RestoreResult>): Figure['samples'] {
  return (told) => told.restored.flatMap((one) => ('objects' in one ? [value(one)] : []));
}

function pruned(value: ValueOf<Told['pruned'][number]>): Figure['samples'] {
  return (told) => told.pruned.map(value);
}

function watched(value: ValueOf<Told['statuses'][number]>): Figure['samples'] {
  return (told) => told.statuses.map(value);
}

/** The stored bytes of a differential say how much changed, not how well it is compressed. */
function ratio({ backups: made }: Told): readonly number[] {
  const all = made.filter(({ saving }) => saving === null);
  const raw = all.reduce((total, { totals }) => total + totals.rawBytes, 0);
  const stored = all.reduce((total, { totals }) => total + totals.storedBytes, 0);
  return stored > 0 ? [raw / stored] : [];
}
