const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** A bar for each value, from the lowest to the highest of them; equal values lie in the middle. */
export function sparkline(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const step = (value: number): number =>
    most === least ? 3 : Math.round(((value - least) / (most - least)) * (BARS.length - 1));
  return values.map((value) => BARS[step(value)]).join('');
}
