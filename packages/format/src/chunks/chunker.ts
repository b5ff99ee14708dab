const NEWLINE = 10;

/** Finds the ends of chunks in one stream, whatever the spans in which the stream arrives. */
export interface Chunker {
  /** Index after the last byte of the chunk, or -1: the chunk goes on in the next span. `from`: where to continue. */
  next(span: Uint8Array, from: number): number;
}

interface Sizes {
  readonly min: number;
  readonly average: number;
  /** Where a chunk is cut at the latest, before that is moved to a newline. */
  readonly last: number;
  /** How far a cut is moved at most: a stream without newlines is cut by its content too. */
  readonly snap: number;
  readonly strict: number;
  readonly loose: number;
}

/**
 * Cuts by content: where a hash of the last 32 bytes has zeros, then moved to the next newline, so that a chunk of COPY
 * is whole rows. Chunks have a quarter of `averageBytes` (a power of two, 1 KiB to 16 MiB) to four times as many.
 */
export function createChunker(gear: Int32Array, averageBytes: number): Chunker {
  const sizes = sizesOf(averageBytes);
  let length = 0;
  let hash = 0;
  /** Length at which a cut that was found is made at the latest. */
  let due = 0;

  /** Moves on to the place where the content chooses to cut; returns where it stands. */
  const seek = (span: Uint8Array, from: number): number => {
    let at = from;
    while (due === 0 && at < span.length) {
      const phase = phaseOf(length, sizes);
      const end = Math.min(span.length, at + phase.until - length);
      const found =
        phase.mask === 0 ? { at: end, hash: 0, hit: false } : scan({ span, at, end, hash }, gear, phase.mask);
      length += found.at - at;
      at = found.at;
      hash = found.hash;
      if (found.hit || length === sizes.last) due = length + sizes.snap;
    }
    return at;
  };
  return {
    next(span, from) {
      const at = seek(span, from);
      if (due === 0) return -1;
      const limit = Math.min(span.length, at + due - length);
      const newline = span.subarray(at, limit).indexOf(NEWLINE);
      if (newline === -1 && length + limit - at < due) {
        length += limit - at;
        return -1;
      }
      length = hash = due = 0;
      return newline === -1 ? limit : at + newline + 1;
    },
  };
}

function sizesOf(average: number): Sizes {
  const bits = Math.log2(average);
  if (!Number.isInteger(bits) || bits < 10 || bits > 24) throw new RangeError(`chunks of ${average} bytes`);
  const snap = average / 4;
  const mask = (ones: number): number => -1 << (32 - ones);
  return { min: average / 4, average, last: average * 4 - snap, snap, strict: mask(bits + 2), loose: mask(bits - 2) };
}

/** Below the least size nothing is hashed (mask 0); cuts are rarer before the average and more frequent after it. */
function phaseOf(length: number, { min, average, last, strict, loose }: Sizes): { until: number; mask: number } {
  if (length < min) return { until: min, mask: 0 };
  return length < average ? { until: average, mask: strict } : { until: last, mask: loose };
}

interface Scan {
  readonly span: Uint8Array;
  readonly at: number;
  readonly end: number;
  readonly hash: number;
}

/** Hashes until the masked bits are zero. Four bytes a turn: a third faster. */
function scan(
  { span, at: from, end, hash: before }: Scan,
  gear: Int32Array,
  mask: number,
): { readonly at: number; readonly hash: number; readonly hit: boolean } {
  let hash = before;
  let at = from;
  const add = (hash: number, index: number): number => ((hash << 1) + (gear[span[index] as number] as number)) | 0;
  for (const whole = end - 3; at < whole; at += 4) {
    hash = add(hash, at);
    if ((hash & mask) === 0) return { at: at + 1, hash, hit: true };
    hash = add(hash, at + 1);
    if ((hash & mask) === 0) return { at: at + 2, hash, hit: true };
    hash = add(hash, at + 2);
    if ((hash & mask) === 0) return { at: at + 3, hash, hit: true };
    hash = add(hash, at + 3);
    if ((hash & mask) === 0) return { at: at + 4, hash, hit: true };
  }
  for (; at < end; at += 1) {
    hash = add(hash, at);
    if ((hash & mask) === 0) return { at: at + 1, hash, hit: true };
  }
  return { at, hash, hit: false };
}
