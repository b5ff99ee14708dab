import { escapeText } from '../escape.ts';
import type { CommandDocument } from '../host.ts';
import { toldBy } from '../results.ts';

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const PREFIX = 'postgres_backup';

/** The figures of a command in the text format of OpenMetrics: sizes in bytes, times in seconds. */
export function metricsReport(document: CommandDocument): string {
  const { backups, verified, pruned, statuses } = toldBy(document);
  const made = (value: (backup: (typeof backups)[number]) => number): readonly Sample[] =>
    backups.map((backup) => ({ labels: { database: backup.database, name: backup.name }, value: value(backup) }));
  const families: readonly (readonly [string, string, readonly Sample[]])[] = [
    ['exit_status', 'Exit status of the command.', [{ labels: { command: document.command }, value: document.exit }]],
    ['duration_seconds', 'How long the backup took.', made(({ durationMs }) => durationMs / 1000)],
    ['raw_bytes', 'Uncompressed bytes of the backup.', made(({ totals }) => totals.rawBytes)],
    ['stored_bytes', 'Bytes of the backup as stored.', made(({ totals }) => totals.storedBytes)],
    ['tables', 'Tables in the backup.', made(({ totals }) => totals.tables)],
    ['rows', 'Rows in the backup.', made(({ totals }) => totals.rows)],
    ['verified_backups', 'Backups that were verified.', verified.map((one) => counted(one, one.backups.length))],
    [
      'damaged_backups',
      'Verified backups that are damaged.',
      verified.map((one) => counted(one, one.backups.filter(({ ok }) => !ok).length)),
    ],
    [
      'kept_backups',
      'Backups that prune kept.',
      pruned.map((one) => counted(one, one.backups.length - one.deleted.length)),
    ],
    ['deleted_backups', 'Backups that prune deleted.', pruned.map((one) => counted(one, one.deleted.length))],
    [
      'newest_age_seconds',
      'Age of the newest good backup.',
      statuses.flatMap((one) => (one.newest === null ? [] : [counted(one, one.newest.ageMs / 1000)])),
    ],
    [
      'last_success_timestamp_seconds',
      'When the newest good backup was begun, seconds since 1970; also after a failure.',
      (document.newest ?? []).map((one) => counted(one, Math.round(Date.parse(one.startedAt) / 1000))),
    ],
  ];
  return `${families.map(familyText).join('')}# EOF\n`;
}

function counted(one: { readonly name?: string; readonly location?: string }, value: number): Sample {
  const { name, location } = one;
  return {
    labels: { ...(name === undefined ? {} : { name }), ...(location === undefined ? {} : { location }) },
    value,
  };
}

function familyText([name, help, samples]: readonly [string, string, readonly Sample[]]): string {
  if (samples.length === 0) return '';
  const metric = `${PREFIX}_${name}`;
  const lines = samples.map(({ labels, value }) => `${metric}{${labelsText(labels)}} ${value}\n`);
  return `# TYPE ${metric} gauge\n# HELP ${metric} ${help}\n${lines.join('')}`;
}

function labelsText(labels: Sample['labels']): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeText(value).replace(/[\\"]/g, '\\$&')}"`)
    .join(',');
}
