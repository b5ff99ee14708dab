import { escapeText, formatDuration, numberOf } from '@postgres-backuper/base';
import type { VerifiedBackup, VerifyResult } from '@postgres-backuper/core';
import { lackingObjects, lackingText, metText, paint, type ResultOf, unmetIn } from '@postgres-backuper/hosts';

const PROVEN = {
  stored: 'every object is there with its size',
  sample: 'every object is there, and a part was read',
  content: 'every object was read, every hash is right',
  restore: 'restored, and every table read again',
} as const;

/** The results of each repository; several are named. */
export function verifyText({ repositories }: ResultOf<'verify'>, colours: boolean): string {
  const place = ({ location, name }: (typeof repositories)[number]): string =>
    repositories.length > 1 ? `'${escapeText(name)}' in ${escapeText(location)}\n` : '';
  return repositories.map((one) => place(one) + repositoryText(one, colours)).join('');
}

/** One line per backup, and every damage below it. */
function repositoryText(result: VerifyResult, colours: boolean): string {
  const lines = result.backups.flatMap((backup) => backupLines(backup, result, colours));
  const origin = result.originChecked ? 'origin checked' : 'integrity checked, origin not';
  return `${[...lines, `${formatDuration(result.durationMs)} (${origin})`].join('\n')}\n`;
}

function backupLines(backup: VerifiedBackup, { level }: VerifyResult, colours: boolean): readonly string[] {
  if (!backup.ok) {
    return [
      `${paint(colours, 'red', '✗')} ${backup.label}`,
      ...backup.damage.map(({ text }) => `    ${escapeText(text)}`),
      ...(backup.inconclusive ? ['    this says nothing about the backup: its rows were not compared'] : []),
    ];
  }
  const proofs = proofCounts(backup);
  const parts = [numberOf(backup.objects, 'object'), ...sampleText(backup), ...(proofs === '' ? [] : [proofs])].join(
    ', ',
  );
  const isDegraded = backup.verdict === 'degraded';
  const sign = isDegraded ? paint(colours, 'yellow', '!') : paint(colours, 'green', '✓');
  const head = `${sign} ${backup.label}  ${isDegraded ? DEGRADED : PROVEN[level]}: ${parts}`;
  const unmet = unmetIn(backup.assertions).map((one) => `    ${escapeText(lackingText(one))}`);
  return [head, ...lackingLines(backup), ...unmet, ...[metText(backup.assertions).trimEnd()].filter(Boolean)];
}

/** `12 of 240 segments (part 3 of 20)` */
function sampleText({ sample }: VerifiedBackup): readonly string[] {
  if (sample === null) return [];
  const { part, parts, segments, ofSegments } = sample;
  return [`${segments} of ${numberOf(ofSegments, 'segment')} (part ${part} of ${parts})`];
}

const DEGRADED = 'degraded: restored and every row proven, but not all objects';
/** Most objects that are listed. */
const MOST = 20;

function lackingLines({ notTested, notRestored }: VerifiedBackup): readonly string[] {
  const objects = lackingObjects(notRestored).map(lackingText);
  const more = objects.length - MOST;
  return [
    ...notTested.map((name) => `    ${name}: the server lacks what it needs`),
    ...objects.slice(0, MOST).map((text) => `    ${escapeText(text)}`),
    ...(more > 0 ? [`    and ${more} more: the result lists them`] : []),
  ];
}

/** `12 tables exact, 1 same rows` */
function proofCounts({ tables }: VerifiedBackup): string {
  const counts = new Map<string, number>();
  for (const table of tables) {
    const proof = 'proof' in table ? String(table.proof) : 'ok';
    counts.set(proof, (counts.get(proof) ?? 0) + 1);
  }
  const texts = [...counts].map(([proof, count]) => `${count} ${proof.replaceAll('-', ' ')}`);
  return texts.length === 0 ? '' : `tables: ${texts.join(', ')}`;
}
