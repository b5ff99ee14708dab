import type { Extent, Extents } from '@postgres-backuper/format';

/** Bytes in the full, or how many were stored. */
type Run = Extent | { stored: number };

/** Where the bytes of one file are, in their order, while it is written. */
export interface Runs {
  /** The next bytes are in the full. */
  refer(extents: readonly Extent[]): void;
  /** The next bytes are stored: they follow those that were stored of this file before. */
  store(bytes: number): void;
  /** All extents, adjacent ones joined. `pieces`: where the stored bytes are. */
  extents(pieces: Extents): Extents;
}

/** What all files of a differential may remember together. */
export interface RunsRoom {
  /** Runs besides the first one of each file. Below 1 nothing more should be referred to: what is stored joins the last run. */
  left: number;
}

export function createRuns(room: RunsRoom): Runs {
  const runs: Run[] = [];
  const begin = (run: Run): void => {
    runs.push(run);
    if (runs.length > 1) room.left -= 1;
  };
  return {
    refer(extents) {
      for (const extent of extents) {
        const joined = joinedWith(runs.at(-1), extent);
        if (joined === undefined) begin(extent);
        else runs[runs.length - 1] = joined;
      }
    },
    store(bytes) {
      const last = runs.at(-1);
      if (last !== undefined && 'stored' in last) last.stored += bytes;
      else begin({ stored: bytes });
    },
    extents(pieces) {
      const next = createPlaces(pieces);
      return runs.flatMap((run) => ('stored' in run ? next(run.stored) : [run]));
    },
  };
}

/** Undefined: the extent does not follow the run. */
function joinedWith(last: Run | undefined, [segment, offset, length]: Extent): Extent | undefined {
  if (last === undefined || 'stored' in last || last[0] !== segment || last[1] + last[2] !== offset) return undefined;
  return [segment, last[1], last[2] + length, 1];
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
