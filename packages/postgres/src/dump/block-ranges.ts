/** Blocks of a table's heap, from `from` up to but without `to`; without `to`: up to the end, wherever it is by then. */
export interface BlockRange {
  readonly from: number;
  readonly to: number | undefined;
}

export interface BlockRanges {
  /** The next range in the order of the table; undefined: there is no more. */
  next(): BlockRange | undefined;
  /** How many bytes of text a range had: the next ones are made smaller or larger. */
  learn(range: BlockRange, textBytes: number): void;
}

const FIRST_BLOCKS = 128;
const MOST_BLOCKS = 131_072;

/**
 * Cuts the heap of a table into ranges of about `textBytes` of COPY text each. How much text a block has is learnt on
 * the way: TOAST makes it more, dead rows make it less. The last range has no end, since the table may be growing.
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
