import {
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatTime,
  numberOf,
  placeOf,
  UTC,
} from '@postgres-backuper/base';
import type { BackupPartResult, BackupResult } from '@postgres-backuper/core';
import { compressionText } from '../compression-text.ts';
import { leftOutText, whatRead, whoRead } from '../part-texts.ts';
import type { MadeBackup } from '../results.ts';
import { newText, standingText } from '../saving-texts.ts';
import type { ExampleRequest, Wording } from '../wording.ts';
import { code, details, fenced, plain, table } from './markdown.ts';

type Destination = BackupResult['destinations'][number];

/** How far a backup was proven before the command ended, in words. */
const PROOFS: Readonly<Record<string, string>> = {
  stored: 'all objects are there; one was read back, where the access key may read',
  content: 'every object was read and decrypted, its rows were counted and hashed',
  restore: 'restored into a scratch database and compared table by table',
};

/** What was made, where it is, what it holds, what prune did, how to restore it. */
export function backupSummary(backup: MadeBackup, wording: Wording): string {
  const { label, database, totals, durationMs, replayPausedMs } = backup;
  const sizes = `${formatBytes(totals.rawBytes)} → ${formatBytes(totals.storedBytes)}`;
  const facts = [
    ['Database', plain(database)],
    ['Label', `\`${label}\``],
    ['Content', `${numberOf(totals.tables, 'table')}, ${numberOf(totals.rows, 'row')}`],
    ...said(backup),
    ...standing(backup),
    ['Size', `${sizes} stored${ratio(backup)}`],
    ...compression(backup),
    [backup.imported ? 'Imported in' : 'Took', formatDuration(durationMs)],
    ...(replayPausedMs === null ? [] : [['Replay paused', `for ${formatDuration(replayPausedMs)}`]]),
    ['Server', `PostgreSQL ${plain(backup.serverVersion)}`],
    ['Encryption', encryption(backup)],
    ...backup.destinations.map(destinationRow),
    ['Proven', PROOFS[backup.verification] ?? ''],
  ];
  return [
    table([{ title: '' }, { title: '' }], facts),
    warnings(backup),
    exclusions(backup),
    parts(backup),
    largestTables(backup),
    changes(backup),
    ...backup.destinations.map(rotation),
    nextSteps(backup, wording),
  ]
    .filter(Boolean)
    .join('\n');
}

function said({ note, expiresAt }: MadeBackup): readonly (readonly string[])[] {
  return [
    ...(note === null ? [] : [['Note', plain(note)]]),
    ...(expiresAt === null ? [] : [['Expires', `${formatTime(Date.parse(expiresAt), UTC)}, whatever the rules say`]]),
  ];
}

function standing(backup: MadeBackup): readonly (readonly string[])[] {
  const text = standingText(backup);
  return text === undefined ? [] : [['Type', plain(text)]];
}

function compression(backup: MadeBackup): readonly (readonly string[])[] {
  const text = compressionText(backup);
  return text === undefined ? [] : [['Compression', text]];
}

/** Of a differential it would be no compression. */
function ratio({ totals: { rawBytes, storedBytes }, saving }: BackupResult): string {
  return saving === null && storedBytes > 0 && rawBytes > storedBytes
    ? ` (${(rawBytes / storedBytes).toFixed(1)} : 1)`
    : '';
}

function encryption({ encryption: { profile, recipients, passphrase } }: BackupResult): string {
  if (profile === 'none') return '⚠️ none';
  return passphrase ? 'with the passphrase' : `for ${recipients.map((one) => code(one)).join(', ')}`;
}

function destinationRow({ location, committed, problem }: Destination): readonly string[] {
  return committed
    ? ['Stored in', `✅ ${plain(location)}`]
    : ['Not stored in', `❌ ${plain(location)}: ${plain(problem ?? 'unknown reason')}`];
}

function warnings({ warnings: all, anomalies, afterProblem }: MadeBackup): string {
  const texts = [
    ...anomalies.map(({ text }) => `unusual: ${text}`),
    ...(afterProblem === null ? [] : [afterProblem]),
    ...all,
  ];
  return texts.map((text) => `- ⚠️ ${plain(text)}\n`).join('');
}

/** Most names that are listed. */
const NAMED = 20;

function exclusions({ exclusions: all }: BackupResult): string {
  if (all.length === 0) return '';
  const more = all.length > NAMED ? `, and ${all.length - NAMED} more` : '';
  return `Not in the backup: ${all.slice(0, NAMED).map(plain).join(', ')}${more}\n`;
}

function parts({ parts: all }: BackupResult): string {
  if (all.length === 0) return '';
  const rows = all.map((one) => [
    `${one.part}`,
    plain(whoRead(one)),
    plain(whatRead(one)),
    formatBytes(one.rawBytes),
    one.storedBytes === null ? '' : formatBytes(one.storedBytes),
    formatDuration(one.durationMs),
  ]);
  const right = ['Read', 'Size', 'Stored', 'Took'].map((title) => ({ title, right: true }) as const);
  return table([{ title: 'Part' }, { title: 'Read by' }, ...right], rows);
}

/** What a job read of the backup of another one. */
export function backupPartSummary(result: BackupPartResult): string {
  const { label, count, parts: all } = result;
  const leftOut = plain(leftOutText(result));
  if (all.length === 0) return `Nothing to read of \`${label}\`: ${leftOut || 'other jobs read it'}.\n`;
  const rows = all.map((one) => [
    `${one.part} of ${count} of \`${label}\``,
    plain(whatRead(one)),
    formatCount(one.rows),
    `${formatBytes(one.rawBytes)} → ${formatBytes(one.storedBytes)}`,
    formatDuration(one.durationMs),
  ]);
  const right = ['Read', 'Rows', 'Size', 'Took'].map((title) => ({ title, right: true }) as const);
  return [table([{ title: 'Part' }, ...right], rows), leftOut && `Not read: ${leftOut}.\n`].filter(Boolean).join('\n');
}

function largestTables({ largestTables: all, totals }: BackupResult): string {
  if (all.length === 0) return '';
  const rows = all.map(({ schema, table: name, rows: count, bytes }) => [
    plain(`${schema}.${name}`),
    formatCount(count),
    formatBytes(bytes),
  ]);
  const title = totals.tables > all.length ? `The ${all.length} largest of ${totals.tables} tables` : 'Tables';
  return details(
    title,
    table([{ title: 'Table' }, { title: 'Rows', right: true }, { title: 'Size', right: true }], rows),
  );
}

/** Where a differential paid, and where not: most new bytes first. */
function changes({ saving, totals: { rawBytes } }: BackupResult): string {
  if (saving === null) return '';
  const { changedTables, sparedTables, newBytes } = saving;
  const named = new Map([...changedTables, ...sparedTables].map((one) => [`${one.schema}.${one.table}`, one]));
  const rows = [...named].map(([name, one]) => [plain(name), newText(one), formatBytes(one.bytes - one.newBytes)]);
  const title = `New since the full: ${formatBytes(newBytes)} of ${formatBytes(rawBytes)} (${formatPercent(newBytes, rawBytes)})`;
  const columns = [
    { title: 'Table' },
    { title: 'New', right: true },
    { title: 'Not stored again', right: true },
  ] as const;
  return details(title, rows.length === 0 ? 'Nothing in tables changed.\n' : table(columns, rows));
}

function rotation({ location, deleted, kept, decisions, rotationProblem }: Destination): string {
  if (rotationProblem !== null) return `⚠️ Prune in ${plain(location)}: ${plain(rotationProblem)}\n`;
  if (decisions.length === 0) return '';
  const rows = decisions.map(({ label, action, reasons }) => [
    action === 'keep' ? 'kept' : deleted.includes(label) ? '🗑️ deleted' : 'not deleted',
    code(label),
    plain(reasons.join(', ')),
  ]);
  const title = `Prune in ${location}: ${numberOf(kept, 'backup')} kept, ${deleted.length} deleted`;
  const more = kept + deleted.length > rows.length ? 'The newest ones are shown.\n' : '';
  return details(title, `${table([{ title: '' }, { title: 'Backup' }, { title: 'Because' }], rows)}${more}`);
}

/** A summary holds no secrets, and the server of a later restore is unknown. */
const NOT_SHOWN = "Not shown: the server to restore on, the private key, and the storage's access key.";

/** How to verify the backup and restore it into a new database, in the words of the host. */
function nextSteps({ label, name, destinations }: BackupResult, { example }: Wording): string {
  const place = destinations.find(({ committed }) => committed);
  if (place === undefined) return '';
  const { repository, endpoint } = placeOf(place.location);
  const options = { repository, ...(endpoint === undefined ? {} : { s3Endpoint: endpoint }), name };
  const requests: readonly ExampleRequest[] = [
    { command: 'verify', target: label, options: { level: 'restore', ...options } },
    { command: 'restore', target: label, options: { ...options, into: `${name}_restored` } },
  ];
  const examples = requests.map(example);
  const text = examples.map((one) => one.text).join('\n');
  const block = fenced(examples[0]?.language ?? 'text', text);
  return details('Next: prove it, or restore it into a new database', `${block}\n${NOT_SHOWN}\n`);
}
