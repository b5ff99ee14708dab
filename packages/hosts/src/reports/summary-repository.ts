import { formatBytes, formatCount, formatDuration, numberOf } from '@postgres-backuper/base';
import type { PruneResult, VerifiedBackup } from '@postgres-backuper/core';
import { lackingObjects, metText, unmetIn } from '../lacking.ts';
import { plannedText } from '../planned-text.ts';
import type { Told } from '../results.ts';
import { lackingTable } from './lacking-table.ts';
import { code, plain, table } from './markdown.ts';
import { provenTables } from './proven-tables.ts';

/** What each level checked, in words. */
const LEVELS: Readonly<Record<string, string>> = {
  stored: 'all objects are there and are those that were stored',
  sample: 'all objects are there, and a part was read and decrypted, which proves nothing about the rest',
  content: 'every object was read, decrypted and its rows were counted and hashed',
  restore: 'it was restored into a scratch database and compared table by table',
};

/** Each backup's verdict, its damage, its tables. */
export function verifySummary({
  name,
  location,
  level,
  backups,
  durationMs,
  originChecked,
}: Told['verified'][number]): string {
  const rows = backups.map((backup) => [
    verdictText(backup),
    code(backup.label),
    formatCount(backup.objects),
    formatCount(backup.tables.length),
  ]);
  const columns = [
    { title: '' },
    { title: 'Backup' },
    { title: 'Objects', right: true },
    { title: 'Tables', right: true },
  ] as const;
  const origin = originChecked ? 'origin checked' : 'origin not checked: no signer key';
  return [
    `${plain(name)} in ${plain(location)}, level \`${level}\` (${LEVELS[level] ?? ''}), ${formatDuration(durationMs)}, ${origin}.\n`,
    table(columns, rows),
    ...backups.map(damageText),
    ...backups.map(notTestedText),
    ...backups.map(({ notRestored }) => (notRestored.length === 0 ? '' : lackingTable(lackingObjects(notRestored)))),
    ...backups.map(({ assertions }) => metText(assertions)),
    ...backups.map(({ assertions }) =>
      assertions.every(({ ok }) => ok) ? '' : lackingTable(unmetIn(assertions), 'Not as asserted'),
    ),
    ...backups.map(tablesText),
  ]
    .filter(Boolean)
    .join('\n');
}

/** `✅ 12 of 240 segments good: part 3 of 20` */
function partText({ part, parts, segments, ofSegments }: NonNullable<VerifiedBackup['sample']>): string {
  return `✅ ${segments} of ${numberOf(ofSegments, 'segment')} good: part ${part} of ${parts}`;
}

function verdictText({ ok, verdict, inconclusive, sample }: VerifiedBackup): string {
  if (inconclusive) return '❌ not drilled';
  if (!ok) return '❌ damaged';
  if (sample !== null) return partText(sample);
  if (verdict === null) return '✅ good';
  return verdict === 'degraded' ? '⚠️ degraded' : `✅ ${verdict.replace('-', ' ')}`;
}

function damageText({ label, damage }: VerifiedBackup): string {
  return damage.map(({ text }) => `- ❌ ${code(label)}: ${plain(text)}\n`).join('');
}

function notTestedText({ label, notTested }: VerifiedBackup): string {
  return notTested.length === 0 ? '' : `- ${code(label)}: not tested: ${plain(notTested.join(', '))}\n`;
}

function tablesText({ label, tables }: VerifiedBackup): string {
  if (tables.length === 0) return '';
  const proof = (one: VerifiedBackup['tables'][number]): string =>
    'proof' in one ? plain(one.proof) : one.ok ? 'same bytes' : 'failed';
  return provenTables(tables, { of: ` of ${label}`, proof });
}

/** What was kept and what was deleted, each with its reason. */
export function pruneSummary(result: PruneResult): string {
  const { location, name, dryRun, backups, deleted, freedBytes, refusals, leftOvers, damaged } = result;
  const rows = backups.map(({ label, action, reasons, storedBytes }) => [
    action === 'keep' ? 'kept' : deleted.includes(label) ? 'deleted' : dryRun ? 'would be deleted' : 'not deleted',
    code(label),
    formatBytes(storedBytes),
    plain(reasons.join(', ')),
  ]);
  const columns = [{ title: '' }, { title: 'Backup' }, { title: 'Size', right: true }, { title: 'Because' }] as const;
  const left = leftOvers.filter(({ action }) => action === 'delete').length;
  const done = dryRun
    ? `${plannedText(result)} (dry run: nothing was touched)`
    : `${numberOf(deleted.length, 'backup')} deleted, ${formatBytes(freedBytes)} freed`;
  return [
    `${plain(name)} in ${plain(location)}: ${done}.\n`,
    refusals.map(({ text, hint }) => `- ⚠️ ${plain(text)}: ${plain(hint)}\n`).join(''),
    table(columns, rows),
    damaged.map(({ label, problem }) => `- ❌ ${code(label)}: ${plain(problem)}\n`).join(''),
    left === 0 ? '' : `${numberOf(left, 'left-over')} of runs without an end ${dryRun ? 'would be' : 'were'} swept.\n`,
  ]
    .filter(Boolean)
    .join('\n');
}
