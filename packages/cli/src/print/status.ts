import { escapeText, formatBytes, formatCount, formatDuration, numberOf } from '@postgres-backuper/base';
import type { StatusResult } from '@postgres-backuper/core';
import { paint } from '@postgres-backuper/hosts';

/** Of a name with a good backup that is young enough: how old it is, how large, and what else is there. The others are errors. */
export function statusText(result: StatusResult, colours: boolean): string {
  const { name, location, newest, damaged, failed, needsFull } = result;
  const bad = damaged + failed === 0 ? '' : `, ${damaged} damaged, ${failed} failed a verification`;
  const full =
    needsFull === null ? '' : paint(colours, 'yellow', `  the next backup must be a full: ${escapeText(needsFull)}\n`);
  const age = newest === null ? '' : `${newest.label} is ${formatDuration(newest.ageMs)} old${verifiedText(newest)}`;
  const line = `${paint(colours, 'green', '✓')} '${escapeText(name)}' in ${escapeText(location)}: ${age}${bad}\n`;
  return `${line}${full}${paint(colours, 'dim', `  ${sizesText(result)}`)}\n`;
}

/** `, last drill: degraded`, `, verified: content` */
function verifiedText({ verdict, verification, parent }: NonNullable<StatusResult['newest']>): string {
  const type = parent === null ? '' : `, a differential of ${parent}`;
  if (verdict !== null) return `${type}, last drill: ${verdict.replace('-', ' ')}`;
  return `${type}${verification === null ? '' : `, verified: ${verification}`}`;
}

/** `1.5 MiB stored of 9 MiB; 30 backups with 45 MiB, the oldest 29 d old; 10 GiB free: about 6,800 more of this size` */
function sizesText({ newest, held, freeBytes }: StatusResult): string {
  const sizes = newest === null ? [] : [`${formatBytes(newest.storedBytes)} stored of ${formatBytes(newest.rawBytes)}`];
  const oldest = held.oldest === null ? '' : `, the oldest ${formatDuration(held.oldest.ageMs)} old`;
  const all = `${numberOf(held.backups, 'backup')} with ${formatBytes(held.storedBytes)}${oldest}`;
  return [...sizes, all, ...(freeBytes === null ? [] : [freeText(freeBytes, newest?.storedBytes ?? 0)])].join('; ');
}

function freeText(freeBytes: number, storedBytes: number): string {
  const more =
    storedBytes === 0 ? '' : `: room for about ${formatCount(Math.floor(freeBytes / storedBytes))} more of this size`;
  return `${formatBytes(freeBytes)} free${more}`;
}
