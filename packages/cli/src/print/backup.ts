import { escapeText, formatBytes, formatDuration, formatTime, numberOf, UTC } from '@postgres-backuper/base';
import type { BackupPartResult, BackupResult } from '@postgres-backuper/core';
import {
  compressionText,
  leftOutText,
  type MadeBackup,
  newText,
  paint,
  partText,
  standingText,
  whatRead,
} from '@postgres-backuper/hosts';

/** Most names in a line. */
const NAMED = 10;
/** Most tables in a line. */
const TABLES = 3;

/** The backup in a few lines: the label first, because a restore needs it. */
export function backupText(result: MadeBackup, colours: boolean): string {
  const { label, database, server, imported, totals, encryption, durationMs, destinations, warnings, exclusions } =
    result;
  const { replayPausedMs } = result;
  const sizes = `${formatBytes(totals.rawBytes)} → ${formatBytes(totals.storedBytes)}`;
  const compressed = compressionText(result);
  const lines = [
    `${paint(colours, 'green', '✓')} ${paint(colours, 'bold', label)}  '${escapeText(database)}' ${imported ? 'imported from' : 'of'} ${escapeText(server)}`,
    `  ${numberOf(totals.tables, 'table')}, ${numberOf(totals.rows, 'row')}, ${sizes}, ${formatDuration(durationMs)}`,
    ...(compressed === undefined ? [] : [`  compressed with ${compressed}`]),
    ...saidLines(result),
    ...standingLines(result),
    ...(replayPausedMs === null ? [] : [`  the standby replayed nothing for ${formatDuration(replayPausedMs)}`]),
    ...result.parts.map((one) => `  ${partText(one)}`),
    ...(exclusions.length > 0 ? [`  not in it: ${namedOf(exclusions)}`] : []),
    `  ${encryptedFor(encryption)}`,
    ...result.anomalies.map(({ text }) => `  ${paint(colours, 'yellow', '!')} unusual: ${escapeText(text)}`),
    ...(result.afterProblem === null ? [] : [`  ${paint(colours, 'yellow', '!')} ${escapeText(result.afterProblem)}`]),
    ...destinations.flatMap((destination) => destinationLines(destination, colours)),
    ...(warnings.length > 0 ? [`  ${numberOf(warnings.length, 'warning')}: shown above, kept in the backup`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function saidLines({ note, expiresAt }: MadeBackup): readonly string[] {
  return [
    ...(note === null ? [] : [`  note: ${escapeText(note)}`]),
    ...(expiresAt === null ? [] : [`  expires ${formatTime(Date.parse(expiresAt), UTC)}, whatever the rules say`]),
  ];
}

/** What a job read of the backup of another one. */
export function backupPartText(result: BackupPartResult, colours: boolean): string {
  const { label, count, parts } = result;
  const sign = paint(colours, 'green', '✓');
  const leftOut = leftOutText(result) && `: ${leftOutText(result)}`;
  if (parts.length === 0) return `${sign} no part of ${label} was left for this job to read${leftOut}\n`;
  const lines = parts.map((one) => {
    const { part, rows, rawBytes, storedBytes, durationMs } = one;
    const sizes = `${formatBytes(rawBytes)} → ${formatBytes(storedBytes)}`;
    const read = `${whatRead(one)}, ${numberOf(rows, 'row')}, ${sizes}, ${formatDuration(durationMs)}`;
    return `${sign} part ${part} of ${count} of ${paint(colours, 'bold', label)}: ${read}\n`;
  });
  return lines.join('');
}

function standingLines(result: MadeBackup): readonly string[] {
  const text = standingText(result);
  if (text === undefined) return [];
  const { changedTables = [], sparedTables = [] } = result.saving ?? {};
  const changed = changedTables.map((one) => `${nameOf(one)} ${newText(one)}`);
  const spared = sparedTables.map((one) => `${nameOf(one)} ${formatBytes(one.bytes - one.newBytes)}`);
  return [`  ${escapeText(text)}`, ...tablesLine('new', changed), ...tablesLine('not stored again', spared)];
}

function nameOf({ schema, table }: { readonly schema: string; readonly table: string }): string {
  return escapeText(`${schema}.${table}`);
}

function tablesLine(title: string, tables: readonly string[]): readonly string[] {
  return tables.length === 0 ? [] : [`    ${title}: ${tables.slice(0, TABLES).join(', ')}`];
}

/** The first of them; the catalog has all. */
function namedOf(exclusions: readonly string[]): string {
  const more = exclusions.length - NAMED;
  return `${exclusions.slice(0, NAMED).map(escapeText).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

function encryptedFor({ profile, recipients, passphrase }: BackupResult['encryption']): string {
  if (profile === 'none') return 'not encrypted';
  return passphrase ? 'encrypted with the passphrase' : `encrypted for ${recipients.join(', ')}`;
}

function destinationLines(destination: BackupResult['destinations'][number], colours: boolean): readonly string[] {
  const { location, committed, problem, deleted, rotationProblem } = destination;
  const sign = committed ? paint(colours, 'green', '✓') : paint(colours, 'red', '✗');
  return [
    `  ${sign} ${escapeText(location)}${problem === null ? '' : `: ${escapeText(problem)}`}`,
    ...(deleted.length > 0 ? [`    ${numberOf(deleted.length, 'expired backup')} deleted: ${deleted.join(', ')}`] : []),
    ...(rotationProblem === null ? [] : [`    ${paint(colours, 'yellow', '!')} ${escapeText(rotationProblem)}`]),
  ];
}
