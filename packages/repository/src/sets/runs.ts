import type { Extent, Extents } from '@postgres-backuper/format';

/** Where the bytes of one file are, in their order, while it is written. */
export interface Runs {
  /** The next bytes are in the full. */
  refer(extents: readonly Extent[]): void;
  /** The next bytes are stored: they follow those that were stored of this file before. */
  store(bytes: number): void;
  /** All extents, adjacent ones joined. `pieces`: where the stored bytes are. */
  extents(pieces: Extents): Extents;
}

export function createRuns(): Runs {
  const runs: (Extent | { stored: number })[] = [];
  return {
    refer(extents) {
      for (const extent of extents) join(runs, extent);
    },
    store(bytes) {
      const last = runs.at(-1);
      if (last !== undefined && 'stored' in last) last.stored += bytes;
      else runs.push({ stored: bytes });
    },
    extents(pieces) {
      const next = createPlaces(pieces);
      return runs.flatMap((run) => ('stored' in run ? next(run.stored) : [run]));
    },
  };
}

function join(runs: (Extent | { stored: number })[], extent: Extent): void {
  const last = runs.at(-1);
  const [segment, offset, length] = extent;
  if (last === undefined || 'stored' in last || last[0] !== segment || last[1] + last[2] !== offset) runs.push(extent);
  else runs[runs.length - 1] = [segment, last[1], last[2] + length, 1];
}

/** Gives out the bytes of pieces in their order. */
function createPlaces(pieces: Extents): (bytes: number) => readonly Extent[] {
  let number = 0;
  let used = 0;
  return (bytes) => {
    const extents: Extent[] = [];
    for (let rest = bytes; rest > 0; ) {
      const [segment, offset, length] = pieces.at(number) as Extent;
      const taken = Math.min(rest, length - used);
      if (taken > 0) extents.push([segment, offset + used, taken]);
      rest -= taken;
      used += taken;
      if (used < length) continue;
      number += 1;
      used = 0;
    }
    return extents;
  };
}
