import { formatBytes, formatDay, localTime, type TimeZone } from '@postgres-backuper/base';
import type { Forecast } from '../forecast.ts';
import type { RepositoryHistory } from '../report.ts';
import { type Html, html } from './html.ts';
import { plotOf } from './plot.ts';
import { tableOf } from './table.ts';
import { relativeText } from './times.ts';
import { BYTES } from './units.ts';

interface When {
  readonly now: number;
  readonly timeZone: TimeZone;
}

/** How full the disk of a repository will be, where the storage reports it. */
export function diskSection({ location, forecast }: RepositoryHistory, when: When): Html | undefined {
  if (forecast === undefined) return undefined;
  const { usedBytes, freeBytes, points } = forecast;
  const text = fullText(forecast, when);
  const plot = plotOf({
    ...{ title: `Bytes in ${location}`, units: BYTES, description: `Forecast of the bytes in ${location}: ${text}` },
    series: [
      {
        name: 'backups',
        points: points.map(({ at, usedBytes: value }) => ({ at: localTime(at, when.timeZone), value })),
      },
    ],
    limit: isNear(forecast) ? { value: usedBytes + freeBytes, name: 'disk full' } : undefined,
  });
  const rows = points.map((point) => [formatDay(point.at, when.timeZone), formatBytes(point.usedBytes)]);
  return html`<section class="card disk" aria-label="Disk"><h2>Disk</h2><p>${formatBytes(usedBytes)} of backups, <strong>${formatBytes(freeBytes)} free</strong> of ${formatBytes(forecast.totalBytes)}: ${text}.</p>
<div class="plots">${plot}</div><details><summary>The forecast in figures</summary><p>Assumed: each name continues at its pace and growth, and prune deletes by the rules.</p>${tableOf('Forecast of the disk', COLUMNS, rows)}</details></section>
`;
}

const COLUMNS = [{ title: 'Day' }, { title: 'Bytes of backups', right: true }] as const;

function fullText({ fullAt }: Forecast, { now, timeZone }: When): string {
  if (fullAt === undefined) return 'not full within half a year';
  return `full ${relativeText(fullAt, now)}, on ${formatDay(fullAt, timeZone)}`;
}

/** A limit far above the line would press the line flat. */
function isNear({ usedBytes, freeBytes, points }: Forecast): boolean {
  const most = Math.max(...points.map((point) => point.usedBytes));
  return usedBytes + freeBytes < most * 4;
}
