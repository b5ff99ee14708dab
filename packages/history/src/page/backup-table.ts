import { formatBytes, formatCount, formatDay, formatDuration, numberOf, type TimeZone } from '@postgres-backuper/base';
import type { NameHistory, PastBackup } from '../name-history.ts';
import { type Html, html } from './html.ts';
import { tableOf } from './table.ts';

const COLUMNS = [
  { title: 'Backup' },
  { title: 'Raw', right: true },
  { title: 'Stored', right: true },
  { title: 'Rows', right: true },
  { title: 'Took', right: true },
  { title: 'Proof' },
  { title: 'Stays until' },
] as const;

/** Every backup, the newest first: what the plots show, and what prune does with it. */
export function backupTable({ name, backups, damaged }: NameHistory, zone: TimeZone): Html {
  const isSet = backups.some(({ parent }) => parent !== null);
  const isNoted = backups.some(({ note }) => note !== undefined);
  const [first, ...others] = COLUMNS;
  const extra = [...(isNoted ? [{ title: 'Note' }] : []), ...(isSet ? [{ title: 'Type' }] : [])];
  const columns = [first, ...extra, ...others];
  const rows = backups
    .toReversed()
    .map((backup) => [
      backup.label,
      ...(isNoted ? [backup.note ?? ''] : []),
      ...(isSet ? [backup.parent === null ? 'full' : `differential of ${backup.parent}`] : []),
      formatBytes(backup.totals.rawBytes),
      formatBytes(backup.totals.storedBytes),
      formatCount(backup.totals.rows),
      formatDuration(backup.durationMs),
      lastProof(backup),
      staysText(backup, zone),
    ]);
  const broken = damaged.map(({ label, problem }) => [
    label,
    ...extra.map(() => ''),
    '',
    '',
    '',
    '',
    '✕ cannot be read',
    problem,
  ]);
  const count = numberOf(rows.length + broken.length, 'backup');
  return html`<details><summary>${count}: figures, proof, retention</summary>
${tableOf(`Backups of ${name}`, columns, [...broken, ...rows])}</details>`;
}

/** Nothing beside the level where no verification is recorded: the backup itself confirmed that all objects were stored. */
function lastProof(backup: PastBackup): string {
  return backup.verifications.length === 0 ? backup.verification.level : proofText(backup);
}

/** `✓ content`, `! restore: degraded` */
export function proofText({ verification: { level, verdict, ok } }: Pick<PastBackup, 'verification'>): string {
  if (!ok) return `✕ ${level}`;
  if (verdict === 'degraded') return `! ${level}: degraded`;
  return `✓ ${level}${verdict === 'ok' ? '' : `: ${verdict.replace('-', ' ')}`}`;
}

function staysText({ retention: { action, reasons, until } }: PastBackup, zone: TimeZone): string {
  const text = reasons.join(', ');
  if (action === 'delete') return `the next prune: ${text}`;
  return until === undefined ? text : formatDay(until, zone);
}
