import { escapeText, formatBytes, formatDuration, numberOf } from '@postgres-backuper/base';
import type { CopiedBackup, CopyResult } from '@postgres-backuper/core';

/** One line for each backup, the full of a differential first. */
export function copyText({ name, label, from, to, copied, durationMs, originChecked }: CopyResult): string {
  const places = `'${escapeText(name)}' from ${escapeText(from)} to ${escapeText(to)}`;
  const origin = originChecked ? 'origin checked' : 'integrity checked, origin not';
  const lines = copied.map((one) => `${one.label}  ${whatOf(one, label)}`);
  return `${[places, ...lines, `${formatDuration(durationMs)} (${origin})`].join('\n')}\n`;
}

function whatOf({ label, parent, objects, sentObjects, sentBytes, wasThere }: CopiedBackup, asked: string): string {
  const role = label === asked ? '' : ', its full';
  const stands = parent === null ? '' : `, stands on ${parent}`;
  const all = numberOf(objects, 'object');
  if (wasThere) return `was there already: ${all}, all found again${role}${stands}`;
  const there = objects - sentObjects;
  const rest = there === 0 ? '' : `, ${numberOf(there, 'object')} were there already`;
  return `copied and found: ${all}, ${formatBytes(sentBytes)} sent${rest}${role}${stands}`;
}
