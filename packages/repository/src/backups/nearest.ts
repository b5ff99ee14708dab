import { editDistance } from '@postgres-backuper/base';

/**
 * The candidate nearest to `wanted`: by `measure(wanted)` if it returns a distance, else by the number of
 * characters to change. Undefined without candidates.
 */
export function nearest(
  wanted: string,
  candidates: readonly string[],
  measure: (wanted: string) => ((candidate: string) => number) | undefined,
): string | undefined {
  const distance = measure(wanted) ?? ((candidate: string) => editDistance(wanted.slice(0, 100), candidate));
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const found = { candidate, distance: distance(candidate) };
    if (best === undefined || found.distance <= best.distance) best = found;
  }
  return best?.candidate;
}
