import type { RestoreResult } from '@postgres-backuper/core';
import { type Told, toldBy } from '../results.ts';
import type { Measured } from './measured.ts';
import type { Label, Metric, Sample } from './metric.ts';
import { successes } from './successes.ts';

const ABOUT = { kind: 'gauge', subject: 'run' } as const;
const OF_PLACE = { ...ABOUT, labels: ['command', 'name', 'location'] } as const;
const OF_RESTORE = { ...ABOUT, labels: ['command', 'database'] } as const;

/** What one run did. */
export const RUN_METRICS: readonly Metric[] = [
  {
    ...{ ...ABOUT, labels: ['command'], name: 'exit_status', unit: '1', help: 'Exit status of the command.' },
    samples: ofRun(({ document }) => document.exit),
  },
  {
    ...{ ...ABOUT, labels: ['command', 'name'], name: 'run_success', unit: '1' },
    help: '1 if the command did for the name what it should, or if the newest backup was young enough; else 0.',
    samples: successes,
  },
  {
    ...{ ...ABOUT, labels: ['command'], name: 'run_timestamp_seconds', unit: 's', help: 'When the command ended.' },
    samples: ofRun(({ now }) => Math.round(now / 1000)),
  },
  {
    ...{ ...ABOUT, labels: ['command'], name: 'run_duration_seconds', unit: 's', help: 'How long the command took.' },
    samples: ofRun(({ elapsedMs }) => elapsedMs / 1000),
  },
  {
    ...{ ...ABOUT, labels: ['command'], name: 'run_retries', unit: '{retry}' },
    help: 'Calls to a repository that were tried again after a temporary failure.',
    samples: ofRun(({ retries }) => retries),
  },
  {
    ...{ ...OF_PLACE, name: 'deleted_backups', unit: '{backup}', help: 'Expired backups that the run deleted.' },
    samples: rotated(({ deleted }) => deleted.length),
  },
  {
    ...{
      ...OF_PLACE,
      name: 'freed_bytes',
      unit: 'By',
      help: 'Bytes that the run freed by deleting expired backups and left-overs.',
    },
    samples: rotated(({ freedBytes }) => freedBytes),
  },
  {
    ...{ ...OF_PLACE, name: 'verify_duration_seconds', unit: 's', help: 'How long the verification took.' },
    samples: verified(({ durationMs }) => durationMs / 1000),
  },
  {
    ...{ ...OF_PLACE, name: 'verified_backups', unit: '{backup}', help: 'Backups that the run verified.' },
    samples: verified((one) => one.backups.length),
  },
  {
    ...{ ...OF_PLACE, name: 'damaged_backups', unit: '{backup}', help: 'Verified backups that are damaged.' },
    samples: verified((one) => one.backups.filter(({ ok }) => !ok).length),
  },
  {
    ...{ ...OF_PLACE, name: 'degraded_backups', unit: '{backup}', help: 'Verified backups whose drill is degraded.' },
    samples: verified((one) => one.backups.filter(({ verdict }) => verdict === 'degraded').length),
  },
  {
    ...{ ...OF_RESTORE, name: 'restore_duration_seconds', unit: 's', help: 'How long the restore took.' },
    samples: told('restored', ({ database, durationMs }) => [{ labels: { database }, value: durationMs / 1000 }]),
  },
  {
    ...{ ...OF_RESTORE, name: 'objects_not_restored', unit: '{object}', help: 'Objects that a restore lacks.' },
    samples: restoredWhole(({ objects }) => objects.length),
  },
  {
    ...{
      ...OF_RESTORE,
      name: 'tables_not_loaded',
      unit: '{table}',
      help: 'Tables without their rows after a restore.',
    },
    samples: restoredWhole(({ notLoaded }) => notLoaded.length),
  },
];

function ofRun(figure: (measured: Measured) => number): Metric['samples'] {
  return (measured) => [{ labels: { command: measured.document.command }, value: figure(measured) }];
}

/** The samples of each result of that kind; the command is added. */
function told<Kind extends keyof Told>(
  kind: Kind,
  samplesOf: (result: Told[Kind][number]) => readonly Sample[],
): Metric['samples'] {
  return ({ document }) => {
    const results: readonly Told[Kind][number][] = toldBy(document)[kind];
    return results.flatMap(samplesOf).map(({ labels, value }) => ({ labels: withCommand(document, labels), value }));
  };
}

function withCommand({ command }: Measured['document'], labels: Sample['labels']): Partial<Record<Label, string>> {
  return { command, ...labels };
}

function verified(figure: (result: Told['verified'][number]) => number): Metric['samples'] {
  return told('verified', (one) => [{ labels: { name: one.name, location: one.location }, value: figure(one) }]);
}

/** Of restores of a backup: files tell nothing of their objects. */
function restoredWhole(figure: (result: RestoreResult) => number): Metric['samples'] {
  return told('restored', (one) =>
    'objects' in one ? [{ labels: { database: one.database }, value: figure(one) }] : [],
  );
}

/** By `prune`, and at the end of `backup`. */
function rotated(
  figure: (rotation: Pick<Told['pruned'][number], 'deleted' | 'freedBytes'>) => number,
): Metric['samples'] {
  const pruned = told('pruned', (one) => [{ labels: { name: one.name, location: one.location }, value: figure(one) }]);
  const after = told('backups', ({ name, destinations }) =>
    destinations
      .filter(({ committed }) => committed)
      .map((one) => ({ labels: { name, location: one.location }, value: figure(one) })),
  );
  return (measured) => [...pruned(measured), ...after(measured)];
}
