/**
 * The candidate nearest to what was written: by `measure(wanted)` where it gives a distance, else by the number of
 * characters to change. Undefined without candidates.
 */
export function nearest(
  wanted: string,
  candidates: readonly string[],
  measure: (wanted: string) => ((candidate: string) => number) | undefined,
): string | undefined {
  const distance = measure(wanted) ?? ((candidate: string) => edits(wanted.slice(0, 100), candidate));
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const found = { candidate, distance: distance(candidate) };
    if (best === undefined || found.distance <= best.distance) best = found;
  }
  return best?.candidate;
}

/** Levenshtein distance. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
