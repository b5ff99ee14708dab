import { formatBytes, numberOf } from '@postgres-backuper/base';
import type { NameHistory } from '../name-history.ts';
import { type Report, storedBytesOf, worstFirst } from '../report.ts';
import { calendarLegend } from './calendar.ts';
import { diskSection } from './disk.ts';
import { type Html, html, styleSheet, written } from './html.ts';
import { nameSection } from './name-section.ts';
import { overviewOf } from './overview.ts';
import { STYLE } from './style.ts';
import { timeText } from './times.ts';

/** Of more names than this, the others and the good ones are shown after a click. */
const OPEN_NAMES = 4;

/** The whole page as one file: no script, nothing from elsewhere. Pure: the same report gives the same bytes. */
export function pageOf(report: Report): string {
  const { repositories, generatedAt: now, timeZone } = report;
  const names = worstFirst(repositories).map((of, index) => ({ id: `n${index + 1}`, of }));
  const withLocation = repositories.length > 1;
  const sections = names.map(({ id, of }, index) =>
    nameSection(of, {
      ...{ id, now, timeZone, withLocation, restoreCommand: report.restoreCommand(of) },
      open: names.length <= OPEN_NAMES || (of.state !== 'ok' && index < OPEN_NAMES),
    }),
  );
  const { element, source } = styleSheet(STYLE);
  return written(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${source}; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer"><title>${titleOf(names.map(({ of }) => of))}</title>
${element}</head><body><header>${headOf(
    names.map(({ of }) => of),
    report,
  )}</header>
<main>${problemList(report.problems)}${overviewOf(names, { withLocation })}
${repositories.map((one) => diskSection(one, { now, timeZone }))}${calendarLegend()}${sections}</main>
<footer><p>Made by ${report.tool} on ${timeText(now, timeZone)}. All times are those of ${timeZone}; labels are in UTC.</p></footer></body></html>
`);
}

function titleOf(names: readonly NameHistory[]): string {
  const bad = names.filter(({ state }) => state !== 'ok').length;
  return bad === 0
    ? 'PostgreSQL backups: all good'
    : `PostgreSQL backups: ${bad} of ${numberOf(names.length, 'name')} to look at`;
}

function headOf(names: readonly NameHistory[], { repositories, generatedAt, timeZone }: Report): Html {
  const failing = names.filter(({ state }) => state !== 'ok' && state !== 'warning').length;
  const warned = names.filter(({ state }) => state === 'warning').length;
  const good = names.length - failing - warned;
  const backups = names.flatMap((one) => one.backups);
  const places = repositories.map(({ location }) => html`<span class="place">${location}</span> `);
  return html`<h1>PostgreSQL backups</h1><p class="sub">${timeText(generatedAt, timeZone)} ${timeZone} · ${places}</p>
<ul class="tiles">${[
    tile('good', good, good > 0 ? 'ok' : ''),
    tile('to look at', warned, warned > 0 ? 'warning' : ''),
    tile('without a good, young backup', failing, failing > 0 ? 'none' : ''),
    tile('backups', backups.length, ''),
    tile('stored', formatBytes(storedBytesOf(backups)), ''),
  ]}</ul>`;
}

function tile(title: string, value: number | string, state: string): Html {
  return html`<li class="tile ${state}"><strong>${value}</strong> <span>${title}</span></li>`;
}

function problemList(problems: readonly string[]): Html | undefined {
  if (problems.length === 0) return undefined;
  return html`<ul class="warnings">${problems.map((text) => html`<li>${text}</li>`)}</ul>`;
}
