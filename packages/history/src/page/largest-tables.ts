import { formatBytes, formatCount, numberOf } from '@postgres-backuper/base';
import type { NameHistory } from '../name-history.ts';
import { rowsBefore } from '../tables.ts';
import { type Html, html } from './html.ts';
import { tableOf } from './table.ts';

const COLUMNS = [
  { title: 'Table' },
  { title: 'Rows', right: true },
  { title: 'Rows before', right: true },
  { title: 'Change', right: true },
  { title: 'Bytes', right: true },
] as const;
/** Tables that are listed. */
const LISTED = 15;

/** The largest tables of the newest good backup, beside the one before it; nothing without the private key. */
export function largestTables({ name, tables }: NameHistory): Html | undefined {
  if (tables === undefined) return undefined;
  const hadRows = rowsBefore(tables);
  const rows = tables.newest.slice(0, LISTED).map((one) => {
    const had = hadRows(one);
    const before = had === undefined ? 'new' : formatCount(had);
    return [
      `${one.schema}.${one.table}`,
      formatCount(one.rows),
      before,
      changeText(one.rows, had),
      formatBytes(one.bytes),
    ];
  });
  return html`<details><summary>${numberOf(tables.newest.length, 'table')}: the largest and their change</summary>
${tableOf(`Largest tables of ${name}`, COLUMNS, rows)}</details>`;
}

function changeText(rows: number, had = 0): string {
  const change = rows - had;
  return change === 0 ? '0' : `${change < 0 ? '−' : '+'}${formatCount(Math.abs(change))}`;
}
