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

export interface BlockRangesRequest {
  /** Of the heap, now. */
  readonly blocks: number;
  readonly textBytes: number;
  /** Default: the whole heap. */
  readonly within?: BlockRange | undefined;
}

const WHOLE_HEAP: BlockRange = { from: 0, to: undefined };
const FIRST_BLOCKS = 128;
const MOST_BLOCKS = 131_072;

/**
 * Cuts the heap of a table into ranges of about `textBytes` of COPY text. The text per block is learnt from the ranges
 * read: TOAST makes it more, dead rows make it less. The last range ends where `within` does: by default it has no end,
 * since the table may grow.
 */
export function createBlockRanges({ blocks, textBytes, within = WHOLE_HEAP }: BlockRangesRequest): BlockRanges {
  const last = within.to ?? blocks;
  let size = FIRST_BLOCKS;
  let from: number | undefined = within.from;
  return {
    next() {
      if (from === undefined) return undefined;
      const isLast = from + size >= last;
      const range: BlockRange = { from, to: isLast ? within.to : from + size };
      from = isLast ? undefined : range.to;
      return range;
    },
    learn(range, bytes) {
      if (range.to === undefined) return;
      const wanted = ((range.to - range.from) * textBytes) / Math.max(1, bytes);
      size = Math.round(Math.min(Math.max(wanted, size / 2, 1), size * 2, MOST_BLOCKS));
    },
  };
}
