import { type Piece, pieceName, TAR_BLOCK_BYTES } from '@postgres-backuper/format';

/** The plain bytes of one segment. */
export interface SegmentBytes {
  /** A whole piece; undefined: there is none of this name and length. */
  piece(file: string, offset: number, length: number): Buffer | undefined;
  /** Bytes of one piece, from their offset in the tar; undefined: they are outside of it, or the header of one. */
  range(offset: number, length: number): Buffer | undefined;
}

/** `pieces`: all of a segment, in the order of its tar. */
export function createSegmentBytes(pieces: readonly Piece[]): SegmentBytes {
  const byName = new Map(pieces.map(({ file, offset, data }) => [pieceName(file, offset), data]));
  const starts = startsOf(pieces);
  return {
    piece(file, offset, length) {
      const data = byName.get(pieceName(file, offset));
      return data?.length === length ? data : undefined;
    },
    range(offset, length) {
      const index = lastUpTo(starts, offset);
      const data = pieces[index]?.data;
      const from = offset - (starts[index] ?? 0);
      return data === undefined || from + length > data.length ? undefined : data.subarray(from, from + length);
    },
  };
}

/** Where the data of each piece begin in the tar. */
function startsOf(pieces: readonly Piece[]): readonly number[] {
  let at = 0;
  return pieces.map(({ data }) => {
    const start = at + TAR_BLOCK_BYTES;
    at = start + Math.ceil(data.length / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
    return start;
  });
}

/** Index of the last number that is not above the limit; -1: there is none. `sorted`: ascending. */
function lastUpTo(sorted: readonly number[], limit: number): number {
  let [low, high] = [-1, sorted.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= limit) low = middle;
    else high = middle;
  }
  return low;
}
