import {
  escapeText,
  formatBytes,
  formatDuration,
  formatTime,
  numberOf,
  type TimeZone,
  UTC,
} from '@postgres-backuper/base';
import type { ListedBackup, ListResult } from '@postgres-backuper/core';
import { paint } from '@postgres-backuper/hosts';
import type { LegacyBackup } from '@postgres-backuper/legacy';
import { encryptedFor } from './encrypted-for.ts';
import { sparkline } from './sparkline.ts';
import { type Column, tableText } from './table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'label' },
  { title: 'type' },
  { title: 'of', spare: 6 },
  { title: 'began', spare: 7 },
  { title: 'database', spare: 3 },
  { title: 'age', right: true },
  { title: 'took', right: true, spare: 4 },
  { title: 'raw', right: true, spare: 2 },
  { title: 'stored', right: true, spare: 1 },
  { title: 'saved', right: true, spare: 1.5 },
  { title: 'for', spare: 5 },
  { title: 'verified' },
  { title: 'kept because' },
];
/** The time that the label has in UTC. */
const OF_ZONE = 'began';
/** Without differentials they say nothing. */
const OF_SETS: readonly string[] = ['type', 'of', 'saved'];

/** Backups in a sparkline. */
const DRAWN = 30;

interface Look {
  readonly colours: boolean;
  /** Most characters of a line; unset: nothing is cut. */
  readonly width?: number | undefined;
  readonly timeZone: TimeZone;
}

/** Newest first; damaged backups below, with the reason. */
export function listText(result: ListResult, { colours, width, timeZone }: Look): string {
  const place = escapeText(result.location);
  const isSet = result.backups.some(({ parent }) => parent !== null);
  const shown = COLUMNS.map(
    ({ title }) => (isSet || !OF_SETS.includes(title)) && (timeZone !== UTC || title !== OF_ZONE),
  );
  const isShown = (_: unknown, index: number): boolean => shown[index] === true;
  const rows = result.backups.map((backup) => row(backup, { colours, timeZone }).filter(isShown));
  const damaged = result.damaged.map(
    ({ label, problem }) => `${paint(colours, 'red', '✗')} ${escapeText(label)}  ${escapeText(problem)}\n`,
  );
  const origin = result.originChecked ? 'origin checked' : 'integrity checked, origin not';
  const all = `${numberOf(result.backups.length, 'backup')} in ${place} (${origin})\n`;
  return `${tableText(COLUMNS.filter(isShown), rows, width)}${damaged.join('')}${sizeLines(result)}${all}`;
}

/** How the stored size of each name changed, the newest backup last. */
function sizeLines({ backups }: ListResult): string {
  const byName = Map.groupBy(backups, ({ name }) => name);
  const lines = [...byName].map(([name, all]) => {
    const drawn = all
      .slice(0, DRAWN)
      .map(({ totals }) => totals.storedBytes)
      .reverse();
    const [first = 0, last = 0] = [drawn[0], drawn.at(-1)];
    const whose = byName.size === 1 ? 'stored' : `stored of ${escapeText(name)}`;
    return drawn.length < 2 ? '' : `${whose}: ${sparkline(drawn)} ${formatBytes(first)} → ${formatBytes(last)}\n`;
  });
  return lines.join('');
}

function row(backup: ListedBackup, { colours, timeZone }: Look): readonly string[] {
  const {
    label,
    name,
    database,
    newSource,
    ageMs,
    durationMs,
    imported,
    type,
    parent,
    note,
    startedAt,
    savedShare,
    fullProblem,
    totals,
    encryption,
    verification,
    retention,
    warnings,
    exclusions,
  } = backup;
  const reasons = retention.reasons.join(', ');
  return [
    label,
    type === 'full' ? type : 'diff.',
    parent?.slice('backup_'.length) ?? '',
    timeZone === UTC ? '' : formatTime(Date.parse(startedAt), timeZone), // the column is not shown
    escapeText(name === database.name ? name : `${name} (${database.name})`),
    formatDuration(Math.max(0, ageMs)),
    imported ? 'imported' : formatDuration(durationMs),
    formatBytes(totals.rawBytes),
    formatBytes(totals.storedBytes),
    savedShare === null ? '' : formatShare(savedShare),
    encryptedFor(encryption),
    verifiedText(verification, colours),
    [
      fullProblem === null ? '' : paint(colours, 'red', escapeText(`cannot be restored: ${fullProblem}`)),
      note === null ? '' : `note: ${escapeText(note)}`,
      retention.action === 'keep' ? reasons : `expires: ${reasons}`,
      newSource === null ? '' : paint(colours, 'yellow', escapeText(`now of ${newSource}`)),
      warnings > 0 ? numberOf(warnings, 'warning') : '',
      exclusions > 0 ? `${exclusions} left out` : '',
    ]
      .filter(Boolean)
      .join('; '),
  ];
}

/** Rounded down: what is nearly all is not all. */
function formatShare(share: number): string {
  return `${Math.floor(share * 100)} %`;
}

function verifiedText({ level, ok, verdict }: ListedBackup['verification'], colours: boolean): string {
  if (!ok) return paint(colours, 'red', `✗ ${level}`);
  if (verdict === 'degraded') return paint(colours, 'yellow', `! ${level}: degraded`);
  return paint(colours, 'green', `✓ ${level}${verdict === 'ok' ? '' : `: ${verdict.replace('-', ' ')}`}`);
}

/** Files of the original scripts. */
export function legacyText(files: readonly LegacyBackup[]): string {
  if (files.length === 0) return 'no file of the original scripts\n';
  const rows = files.map(({ madeAt, sizeBytes, source }) => [madeAt, formatBytes(sizeBytes), escapeText(source)]);
  return tableText([{ title: 'made (local time)' }, { title: 'size', right: true }, { title: 'file' }], rows);
}
