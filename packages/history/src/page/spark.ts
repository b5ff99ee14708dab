import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { type Html, html } from './html.ts';
import { type Point, thinned } from './plot.ts';

const [WIDTH, HEIGHT, EDGE] = [96, 22, 3];

/** A small line without axes; the text beside it has the figures. */
export function sparkOf(all: readonly Point[]): Html | undefined {
  const points = thinned(all, 24);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || last.at <= first.at) return undefined;
  const x = scaleLinear([first.at, last.at], [EDGE, WIDTH - EDGE]);
  const values = points.map(({ value }) => value);
  const y = scaleLinear([Math.min(...values) / 2, Math.max(...values) || 1], [HEIGHT - EDGE, EDGE]);
  const d = line<Point>(
    ({ at }) => x(at),
    ({ value }) => y(value),
  ).digits(0)(points);
  return html`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true"><path class="line l0" d="${d ?? ''}"/><circle class="dot l0" cx="${Math.round(x(last.at))}" cy="${Math.round(y(last.value))}" r="2"/></svg>`;
}
