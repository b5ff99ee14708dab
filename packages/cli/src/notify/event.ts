import { EXIT_STATUSES } from '@postgres-backuper/base';
import type { CommandDocument } from '@postgres-backuper/hosts';
import type { EventKind } from '@postgres-backuper/notifications';
import { type AnySettings, OPTIONS, type SettingsOf } from '@postgres-backuper/options';

/** When messages are sent. */
export type Wanted = SettingsOf<'backup'>['notifyOn'];

/** What is known beside the document of a run. */
export interface Known {
  /** The run is the first that succeeds after failed ones. */
  readonly hasRecovered: boolean;
  /** Figures that are far from the usual ones, one sentence each. */
  readonly anomalies: readonly string[];
}

/** The event of a run that is wanted: at most one, the gravest. Undefined: no message is sent. */
export function eventOf(document: CommandDocument, known: Known, wanted: Wanted): EventKind | undefined {
  return eventsOf(document, known).find((event) => wanted.some((one) => one === event));
}

/** The events in the settings; if none of those can be read, which fails the run, the usual ones. */
export function wantedOf({ notifyOn = [] }: AnySettings): Wanted {
  return notifyOn.length > 0 ? notifyOn : OPTIONS.notifyOn.default;
}

/** All events of a run, the most telling first; the last says whether it succeeded. */
export function eventsOf(document: CommandDocument, { hasRecovered, anomalies }: Known): readonly EventKind[] {
  if (document.exit === EXIT_STATUSES.skipped) return [];
  if (document.error?.code === 'anomaly-found') return ['anomaly', 'failure']; // the backup is stored
  if (document.exit !== 0) return [isMissing(document) ? 'missing' : 'failure'];
  return [
    ...(anomalies.length > 0 ? (['anomaly'] as const) : []),
    ...(hasRecovered ? (['recovery'] as const) : []),
    ...(document.command === 'report' ? (['digest'] as const) : []),
    'success',
  ];
}

/** How new backups differ from those before them, one line each. */
export function anomaliesOf({ command, result }: CommandDocument): readonly string[] {
  const made = command === 'backup' ? (result?.backups ?? []) : [];
  return made.flatMap(({ name, anomalies }) => anomalies.map(({ text }) => `'${name}': ${text}`));
}

/** Whether `status` found a name without a good backup that is young enough. */
function isMissing({ command, result }: CommandDocument): boolean {
  return command === 'status' && (result?.repositories ?? []).some(({ state }) => state !== 'ok');
}
