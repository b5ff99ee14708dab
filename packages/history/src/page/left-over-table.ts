import { formatBytes, formatCount, numberOf } from '@postgres-backuper/base';
import type { NameHistory } from '../name-history.ts';
import { type Html, html } from './html.ts';
import { tableOf } from './table.ts';

const COLUMNS = [
  { title: 'Run' },
  { title: 'Objects', right: true },
  { title: 'Bytes', right: true },
  { title: 'Next prune' },
  { title: 'Because' },
] as const;

/** What runs without an end left. */
export function leftOverTable({ name, leftOvers }: NameHistory): Html | undefined {
  if (leftOvers.length === 0) return undefined;
  const rows = leftOvers.map(({ label, objects, storedBytes, action, reason, problem }) => [
    ...[label, formatCount(objects), formatBytes(storedBytes)],
    ...[action === 'delete' ? 'deletes it' : 'keeps it', problem ?? reason],
  ]);
  return html`<details><summary>${numberOf(rows.length, 'left-over')} of runs without an end</summary>
${tableOf(`Left-overs of ${name}`, COLUMNS, rows)}</details>`;
}
