import { scaleLinear, scaleUtc } from 'd3-scale';
import { type Html, html } from './html.ts';
import { tickText } from './times.ts';
import { type Unit, unitOf } from './units.ts';

export interface Point {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly value: number;
}

export interface Series {
  readonly name: string;
  /** Oldest first. */
  readonly points: readonly Point[];
}

export interface Plot {
  readonly title: string;
  /** What a screen reader says in its place. */
  readonly description: string;
  /** The first is a full line, the second a dashed one. */
  readonly series: readonly Series[];
  readonly units: readonly Unit[];
  /** A value that must not be reached, with its name. */
  readonly limit?: { readonly value: number; readonly name: string } | undefined;
}

const [WIDTH, HEIGHT] = [360, 168];
const [LEFT, RIGHT, TOP, BOTTOM] = [58, 10, 10, 24];
/** More would hardly be seen, and the page stays small. */
const MOST_POINTS = 44;

/** Lines over time, from zero. Nothing without two points. */
export function plotOf({ title, description, series, units, limit }: Plot): Html | undefined {
  const drawn = series.map(({ name, points }) => ({ name, points: thinned(points) }));
  const all = drawn.flatMap(({ points }) => points);
  const times = all.map(({ at }) => at);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  if (!(last > first)) return undefined;
  const most = Math.max(...all.map(({ value }) => value), limit?.value ?? 0);
  const unit = unitOf(units, most);
  const x = scaleUtc([first, last], [LEFT, WIDTH - RIGHT]);
  const y = scaleLinear([0, most / unit.size || 1], [HEIGHT - BOTTOM, TOP]).nice(4);
  const path = (points: readonly Point[]) =>
    relativePath(points.map(({ at, value }) => [Math.round(x(at)), Math.round(y(value / unit.size))]));
  const ticks = y.ticks(4).map((tick) => ({ at: Math.round(y(tick)), label: `${tick} ${unit.name}` }));
  return html`<figure class="plot"><figcaption>${title}${legend(drawn, limit?.name)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${description}"><path class="grid" d="${ticks.map(
    ({ at }) => `M${LEFT},${at}H${WIDTH - RIGHT}`,
  )}"/><g class="end">${ticks.map(
    ({ at, label }) => html`<text x="${LEFT - 6}" y="${at + 4}">${label}</text>`,
  )}</g><g class="mid">${x
    .ticks(4)
    .map((tick) => html`<text x="${Math.round(x(tick))}" y="${HEIGHT - 6}">${tickText(tick.getTime())}</text>`)}</g>${
    limit === undefined ? undefined : limitLine(y(limit.value / unit.size))
  }${drawn.map(({ points }, index) => curve(path(points), { end: points.at(-1), index, x, y, unit }))}</svg></figure>`;
}

/** Steps instead of places, without what need not be written: about half of the bytes. */
export function relativePath(places: readonly (readonly [x: number, y: number])[]): string {
  const steps = places.map(([x, y], index) => {
    const [beforeX, beforeY] = places[index - 1] ?? [0, 0];
    const [right, down] = [x - beforeX, y - beforeY];
    return `${right}${down < 0 ? '' : ','}${down}`;
  });
  return steps.length === 0 ? '' : `m${steps.join(' ')}`;
}

function legend(series: readonly Series[], limit: string | undefined): Html | undefined {
  const names = [...series.map(({ name }) => name), ...(limit === undefined ? [] : [limit])];
  if (names.length < 2) return undefined;
  return html`<span class="legend">${series.map(
    ({ name }, index) =>
      html`<span><svg class="key" viewBox="0 0 18 8" aria-hidden="true"><path class="line l${index}" d="M1,4H17"/></svg>${name}</span>`,
  )}${limit === undefined ? undefined : html`<span><svg class="key" viewBox="0 0 18 8" aria-hidden="true"><path class="limit" d="M1,4H17"/></svg>${limit}</span>`}</span>`;
}

function limitLine(at: number): Html {
  return html`<path class="limit" d="M${LEFT},${Math.round(at)}H${WIDTH - RIGHT}"/>`;
}

function curve(
  d: string,
  {
    end,
    index,
    x,
    y,
    unit,
  }: {
    readonly end: Point | undefined;
    readonly index: number;
    readonly x: (at: number) => number;
    readonly y: (value: number) => number;
    readonly unit: Unit;
  },
): Html {
  const dot =
    end === undefined
      ? undefined
      : html`<circle class="dot l${index}" cx="${Math.round(x(end.at))}" cy="${Math.round(y(end.value / unit.size))}" r="3"/>`;
  return html`<path class="line l${index}" d="${d}"/>${dot}`;
}

/** At most that many points, the last one among them; of neighbours the one that differs most, so that no peak is lost. */
export function thinned(points: readonly Point[], most = MOST_POINTS): readonly Point[] {
  const size = Math.ceil(points.length / most);
  const last = points.at(-1);
  if (size <= 1 || last === undefined) return points;
  const chosen: Point[] = [];
  for (let from = 0; from < points.length - 1; from += size) {
    const before = chosen.at(-1)?.value ?? 0;
    const group = points.slice(from, Math.min(from + size, points.length - 1));
    const [farthest] = group.toSorted((a, b) => Math.abs(b.value - before) - Math.abs(a.value - before));
    if (farthest !== undefined) chosen.push(farthest);
  }
  return [...chosen, last];
}
