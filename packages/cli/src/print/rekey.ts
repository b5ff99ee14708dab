import { escapeText, formatBytes, formatDuration, numberOf } from '@postgres-backuper/base';
import type { RekeyedBackup, RekeyResult } from '@postgres-backuper/core';
import type { ResultOf } from '@postgres-backuper/hosts';

/** One line for each backup of each name. */
export function rekeyText({ repositories }: ResultOf<'rekey'>): string {
  return repositories.map(textOf).join('');
}

function textOf({ name, location, recipients, backups, durationMs }: RekeyResult): string {
  const place = `'${escapeText(name)}' in ${escapeText(location)} for ${recipients.join(', ')}`;
  return `${[place, ...backups.map(lineOf), formatDuration(durationMs)].join('\n')}\n`;
}

function lineOf({ label, newLabel, parent, segments, storedBytes, removed }: RekeyedBackup): string {
  if (newLabel === null) return `${label}  was for them already`;
  const size = `${numberOf(segments, 'segment')}, ${formatBytes(storedBytes)}`;
  const stands = parent === null ? '' : `, stands on ${parent}`;
  return `${label}  is ${newLabel} now: ${size}${stands}${removed ? '' : '; the former one is still there'}`;
}
