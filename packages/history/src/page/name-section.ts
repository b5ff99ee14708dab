import {
  formatBytes,
  formatDay,
  formatDuration,
  formatPercent,
  localTime,
  numberOf,
  type TimeZone,
} from '@postgres-backuper/base';
import type { NameHistory, PastBackup } from '../name-history.ts';
import { storedBytesOf } from '../report.ts';
import { backupTable } from './backup-table.ts';
import { badgeOf } from './badge.ts';
import { calendarOf } from './calendar.ts';
import { growthText } from './growth.ts';
import { type Html, html } from './html.ts';
import { largestTables } from './largest-tables.ts';
import { leftOverTable } from './left-over-table.ts';
import { plotOf } from './plot.ts';
import { proofTable } from './proof-table.ts';
import { relativeText, timeText } from './times.ts';
import { BYTES, DURATIONS, RATIOS } from './units.ts';

export interface SectionRequest {
  readonly id: string;
  readonly now: number;
  readonly timeZone: TimeZone;
  /** Shown at once, not only after a click. */
  readonly open: boolean;
  /** Whether there are several repositories. */
  readonly withLocation: boolean;
  readonly restoreCommand: string | undefined;
}

type When = Pick<SectionRequest, 'now' | 'timeZone'>;

/** Everything about one name. */
export function nameSection(of: NameHistory, request: SectionRequest): Html {
  const { id, timeZone, open, withLocation, restoreCommand } = request;
  const place = withLocation ? html`<span class="place">${of.location}</span>` : undefined;
  return html`<section class="card" aria-labelledby="${id}-name"><details${open ? html` open` : undefined}><summary><h2 id="${id}-name">${of.name}</h2>${badgeOf(of.state)}${place}</summary>
<div id="${id}" class="body">${warningList(of.warnings)}${facts(of, request)}${restoreCommand === undefined ? undefined : commandText(restoreCommand)}
${calendarOf(of, request)}<div class="plots">${plotsOf(of, timeZone)}</div>
${backupTable(of, timeZone)}${largestTables(of)}${proofTable(of, request)}${leftOverTable(of)}</div></details></section>
`;
}

function warningList(warnings: readonly string[]): Html | undefined {
  if (warnings.length === 0) return undefined;
  return html`<ul class="warnings">${warnings.map((text) => html`<li>${text}</li>`)}</ul>`;
}

function facts({ newest, backups }: NameHistory, { now, timeZone }: When): Html {
  const last = backups.find(({ label }) => label === newest?.label);
  const rows: (readonly [string, Html | string])[] = [
    [
      'Newest good backup',
      last === undefined
        ? 'none'
        : html`${timeText(last.startedAt, timeZone)} ${timeZone}, <strong>${relativeText(last.startedAt, now)}</strong><br><code>${last.label}</code>`,
    ],
    ...(last === undefined ? [] : ofNewest(last, backups)),
    [
      'All together',
      `${numberOf(backups.length, 'backup')}, ${formatBytes(storedBytesOf(backups))}${sinceText(backups, timeZone)}`,
    ],
    ['Growth', growthText(backups, timeZone)],
  ];
  return html`<dl>${rows.map(([title, text]) => html`<div><dt>${title}</dt><dd>${text}</dd></div>`)}</dl>`;
}

/** The stored bytes of a differential are no compression: they are shown beside those of its full. */
function ofNewest(
  { totals, durationMs, parent, note }: PastBackup,
  backups: readonly PastBackup[],
): readonly (readonly [string, string])[] {
  const { rawBytes, storedBytes, tables, rows } = totals;
  const whole = backups.find(({ label }) => label === parent)?.totals.storedBytes;
  const share = whole === undefined ? ratioText({ totals }) : `${formatPercent(storedBytes, whole)} of its full`;
  return [
    ['Holds', `${numberOf(tables, 'table')}, ${numberOf(rows, 'row')}`],
    ['Size', `${formatBytes(rawBytes)} raw, ${formatBytes(storedBytes)} stored (${share})`],
    ['Took', formatDuration(durationMs)],
    ...(note === undefined ? [] : [['Note', note] as const]),
  ];
}

function ratioText({ totals: { rawBytes, storedBytes } }: Pick<PastBackup, 'totals'>): string {
  return storedBytes > 0 ? `${(rawBytes / storedBytes).toFixed(1)} : 1` : 'nothing stored';
}

function sinceText([oldest]: readonly PastBackup[], zone: TimeZone): string {
  return oldest === undefined ? '' : `, since ${formatDay(oldest.startedAt, zone)}`;
}

function commandText(command: string): Html {
  return html`<p class="command"><span>To restore it into a new database:</span><code tabindex="0">${command}</code></p>`;
}

function plotsOf({ name, backups }: NameHistory, zone: TimeZone): readonly (Html | undefined)[] {
  const good = backups.filter(({ bad }) => !bad);
  const fulls = good.filter(({ parent }) => parent === null); // a differential stores what changed
  const points = (value: (backup: PastBackup) => number, of = good) =>
    of.map((one) => ({ at: localTime(one.startedAt, zone), value: value(one) }));
  const last = good.at(-1);
  if (last === undefined) return [];
  const { rawBytes, storedBytes } = last.totals;
  const described = (what: string, figures: string): string => `${what} of ${name} over time; newest: ${figures}`;
  return [
    plotOf({
      ...{
        title: 'Size',
        units: BYTES,
        description: described('Size', `${formatBytes(rawBytes)} raw, ${formatBytes(storedBytes)} stored`),
      },
      series: [
        { name: 'raw', points: points(({ totals }) => totals.rawBytes) },
        { name: 'stored', points: points(({ totals }) => totals.storedBytes) },
      ],
    }),
    plotOf({
      ...{
        title: 'Duration',
        units: DURATIONS,
        description: described('Duration', formatDuration(last.durationMs)),
      },
      series: [{ name: 'duration', points: points(({ durationMs }) => durationMs) }],
    }),
    plotOf({
      ...{
        title: 'Raw to stored',
        units: RATIOS,
        description: described('Raw to stored bytes of fulls', ratioText(fulls.at(-1) ?? last)),
      },
      series: [
        {
          name: 'ratio',
          points: points(({ totals }) => (totals.storedBytes > 0 ? totals.rawBytes / totals.storedBytes : 0), fulls),
        },
      ],
    }),
  ];
}
