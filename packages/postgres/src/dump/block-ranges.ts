/** Blocks of a table's heap from `from` to before `to`; without `to`: to the end of the heap when it is read. */
export interface BlockRange {
  readonly from: number;
  readonly to: number | undefined;
}

export interface BlockRanges {
  /** The next range in the order of the table; undefined after the last one. */
  next(): BlockRange | undefined;
  /** Reports the bytes of text in a range; the size of the next ranges is adjusted to them. */
  learn(range: BlockRange, textBytes: number): void;
}

const FIRST_BLOCKS = 128;
const MOST_BLOCKS = 131_072;

/**
 * Cuts the heap of a table into ranges of about `textBytes` of COPY text. The text per block is learnt from the ranges
 * read: TOAST makes it more, dead rows make it less. The last range has no end, since the table may grow.
 */
export function createBlockRanges({ blocks, textBytes }: { blocks: number; textBytes: number }): BlockRanges {
  let size = FIRST_BLOCKS;
  let from: number | undefined = 0;
  return {
    next() {
      if (from === undefined) return undefined;
      const end: number | undefined = from + size < blocks ? from + size : undefined;
      const range = { from, to: end };
      from = end;
      return range;
    },
    learn(range, bytes) {
      if (range.to === undefined) return;
      const wanted = ((range.to - range.from) * textBytes) / Math.max(1, bytes);
      size = Math.round(Math.min(Math.max(wanted, size / 2, 1), size * 2, MOST_BLOCKS));
    },
  };
}
