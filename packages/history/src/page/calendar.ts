import { formatDay, localTime, numberOf, type TimeZone, UTC } from '@postgres-backuper/base';
import type { NameHistory, PastBackup } from '../name-history.ts';
import { type Html, html } from './html.ts';
import { DAY_MS, MONTHS } from './times.ts';

/** A day is as good as its best backup. */
type Day = 'proven' | 'stored' | 'bad' | 'none';

const DAYS: Readonly<Record<Day, string>> = {
  proven: 'proven',
  stored: 'stored',
  bad: 'damaged',
  none: 'no backup',
};
const [STEP, CELL] = [14, 11];
const [LEFT, TOP] = [30, 18];
/** Pixels for a unit of the drawing. */
const SCALE = 1.15;
/** Weeks that are shown: at least, so that a young repository has a shape, and at most. */
const [LEAST_WEEKS, MOST_WEEKS] = [26, 53];

interface When {
  readonly now: number;
  readonly timeZone: TimeZone;
}

/** The number of the day in which a time is. */
type DayOf = (time: number) => number;

/** The days since the first backup, or of the last year, one column a week, Monday on top. */
export function calendarOf({ backups, damaged }: NameHistory, { now, timeZone }: When): Html {
  const dayOf: DayOf = (time) => Math.floor(localTime(time, timeZone) / DAY_MS);
  const states = dayStates({ backups, damaged }, dayOf);
  const today = dayOf(now);
  const oldest = Math.min(today, ...states.keys());
  const weeks = Math.min(MOST_WEEKS, Math.max(LEAST_WEEKS, weekOf(today) - weekOf(oldest) + 1));
  const firstDay = mondayOf(weekOf(today) - weeks + 1);
  const marks = new Map<Exclude<Day, 'none'>, string>();
  for (let day = firstDay; day <= today; day += 1) {
    const state = states.get(day);
    if (state !== undefined) marks.set(state, `${marks.get(state) ?? ''}${markPath(day - firstDay, state)}`);
  }
  const [width, height] = [LEFT + weeks * STEP, TOP + 7 * STEP];
  const days = ['Mon', 'Wed', 'Fri'].map((name, index) => html`<text y="${TOP + index * 2 * STEP + 9}">${name}</text>`);
  return html`<figure class="calendar" tabindex="0"><figcaption>Backups by day</figcaption>
<svg viewBox="0 0 ${width} ${height}" width="${Math.round(width * SCALE)}" role="img" aria-label="${description(states, { firstDay, today })}">${months(firstDay, weeks)}${days}<path class="day none" d="${emptyPath(today - firstDay + 1)}"/>${[
    ...marks,
  ].map(([state, d]) => html`<path class="day ${state}" d="${d}"/>`)}</svg></figure>`;
}

/** What the marks of all calendars mean. */
export function calendarLegend(): Html {
  const shown = (Object.entries(DAYS) as [Day, string][]).map(
    ([state, name]) =>
      html`<span><svg class="key" viewBox="0 0 11 11" aria-hidden="true"><path class="day ${state}" d="${markPath(undefined, state)}"/></svg>${name}</span>`,
  );
  return html`<p class="legend">Days: ${shown}</p>`;
}

/** A square, drawn as one thick stroke; on a damaged day a cross, so that it differs by more than its colour. */
function markPath(index: number | undefined, state: Day): string {
  const [x, y] = index === undefined ? [0, 0] : [LEFT + Math.floor(index / 7) * STEP, TOP + (index % 7) * STEP];
  return state === 'bad' ? `M${x + 1},${y + 1}l9,9m0-9l-9,9` : `M${x + CELL / 2},${y}v${CELL}`;
}

/** A row of dashes for each weekday, behind the marks. */
function emptyPath(days: number): string {
  const rows = [0, 1, 2, 3, 4, 5, 6].map((row) => {
    const weeks = Math.ceil((days - row) / 7);
    return `M${LEFT},${TOP + row * STEP + CELL / 2}h${weeks * STEP}`;
  });
  return rows.join('');
}

function dayStates(
  { backups, damaged }: Pick<NameHistory, 'backups' | 'damaged'>,
  dayOf: DayOf,
): ReadonlyMap<number, Exclude<Day, 'none'>> {
  const states = new Map<number, Exclude<Day, 'none'>>();
  for (const { startedAt } of damaged) if (startedAt !== undefined) states.set(dayOf(startedAt), 'bad');
  for (const backup of backups) {
    const day = dayOf(backup.startedAt);
    const state = stateOf(backup);
    if (rank(state) > rank(states.get(day))) states.set(day, state);
  }
  return states;
}

function stateOf({ bad, verification }: PastBackup): Exclude<Day, 'none'> {
  if (bad) return 'bad';
  return verification.level === 'stored' ? 'stored' : 'proven';
}

function rank(state: Day | undefined): number {
  return state === undefined ? -1 : ['none', 'bad', 'stored', 'proven'].indexOf(state);
}

function months(firstDay: number, weeks: number): readonly Html[] {
  return Array.from({ length: weeks }, (_, week) => week).flatMap((week) => {
    const [before, day] = [week - 1, week].map((one) => new Date((firstDay + one * 7) * DAY_MS));
    const isNew = day !== undefined && before !== undefined && day.getUTCMonth() !== before.getUTCMonth();
    if (!isNew || week > weeks - 2) return [];
    return [html`<text x="${LEFT + week * STEP}" y="11">${MONTHS[day.getUTCMonth()]}</text>`];
  });
}

function description(
  states: ReadonlyMap<number, Day>,
  { firstDay, today }: { readonly firstDay: number; readonly today: number },
): string {
  const shown = [...states].filter(([day]) => day >= firstDay && day <= today);
  const good = shown.filter(([, state]) => state !== 'bad').length;
  const first = Math.max(firstDay, Math.min(today, ...states.keys()));
  const without = today - first + 1 - good;
  return `Since ${formatDay(first * DAY_MS, UTC)}: ${numberOf(good, 'day')} with a good backup, ${numberOf(without, 'day')} without one`;
}

/** Weeks since the Monday of 1969-12-29. */
function weekOf(day: number): number {
  return Math.floor((day + 3) / 7);
}

function mondayOf(week: number): number {
  return week * 7 - 3;
}
