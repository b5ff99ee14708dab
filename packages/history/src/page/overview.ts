import { formatBytes, formatDuration, numberOf } from '@postgres-backuper/base';
import type { NameHistory } from '../name-history.ts';
import { storedBytesOf } from '../report.ts';
import { proofText } from './backup-table.ts';
import { badgeOf } from './badge.ts';
import { type Html, html } from './html.ts';
import { sparkOf } from './spark.ts';
import { tableOf } from './table.ts';

const COLUMNS = [
  { title: 'State' },
  { title: 'Name' },
  { title: 'Newest', right: true },
  { title: 'Stored', right: true, wide: true },
  { title: 'Size over time', wide: true },
  { title: 'All stored', right: true, wide: true },
  { title: 'Proof', wide: true },
  { title: 'To look at' },
] as const;

export interface NamedHistory {
  /** The anchor of its section. */
  readonly id: string;
  readonly of: NameHistory;
}

/** One row for each name, in the order given. */
export function overviewOf(all: readonly NamedHistory[], { withLocation }: { readonly withLocation: boolean }): Html {
  const rows = all.map(({ id, of }) => {
    const newest = of.backups.find(({ label }) => label === of.newest?.label);
    const place = withLocation ? html`<br><span class="place">${of.location}</span>` : undefined;
    return [
      badgeOf(of.state),
      html`<a href="#${id}">${of.name}</a>${place}`,
      of.newest === undefined ? '—' : formatDuration(of.newest.ageMs),
      newest === undefined ? '—' : formatBytes(newest.totals.storedBytes),
      sparkOf(of.backups.map(({ startedAt, totals }) => ({ at: startedAt, value: totals.storedBytes }))),
      formatBytes(storedBytesOf(of.backups)),
      newest === undefined ? '—' : proofText(newest),
      lookText(of.warnings),
    ];
  });
  return html`<section class="overview" aria-label="Overview">${tableOf(numberOf(rows.length, 'name'), COLUMNS, rows)}</section>`;
}

function lookText([first, ...more]: readonly string[]): string {
  if (first === undefined) return '';
  return more.length === 0 ? first : `${first}; ${more.length} more`;
}
