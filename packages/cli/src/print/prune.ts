import { escapeText, formatBytes, numberOf } from '@postgres-backuper/base';
import type { PruneResult } from '@postgres-backuper/core';
import { paint, plannedText } from '@postgres-backuper/hosts';
import { tableText } from './table.ts';

const COLUMNS = [{ title: 'label' }, { title: 'size', right: true }, { title: '' }, { title: 'because' }] as const;

/** Each backup with the reason to keep or delete it, newest first; then left-overs and brakes. */
export function pruneText(result: PruneResult, colours: boolean): string {
  const { backups, leftOvers, damaged, deleted, freedBytes, refusals, dryRun } = result;
  const word = (action: 'keep' | 'delete'): string =>
    action === 'keep' ? paint(colours, 'green', 'keep') : paint(colours, 'yellow', 'delete');
  const rows = [
    ...backups.map(({ label, storedBytes, action, reasons }) => [
      label,
      formatBytes(storedBytes),
      word(action),
      reasons.join(', '),
    ]),
    ...leftOvers.map(({ label, storedBytes, action, reason }) => [
      label,
      formatBytes(storedBytes),
      word(action),
      reason,
    ]),
    ...damaged.map(({ label, problem }) => [label, '', word('keep'), escapeText(problem)]),
  ];
  const place = `'${escapeText(result.name)}' in ${escapeText(result.location)}`;
  const done = dryRun
    ? `dry run: ${plannedText(result)} of ${place}, nothing was touched`
    : `${numberOf(deleted.length, 'backup')} deleted of ${place}, ${formatBytes(freedBytes)} freed`;
  const refused = refusals.map(
    ({ text, hint }) => `${paint(colours, 'yellow', '!')} ${escapeText(text)}\n  ${escapeText(hint)}\n`,
  );
  return `${tableText(COLUMNS, rows)}${refused.join('')}${done}\n`;
}
