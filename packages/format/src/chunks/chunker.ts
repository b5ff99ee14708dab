import { createScan, type Scan } from './scan.ts';

const NEWLINE = 10;

/** Finds the ends of chunks in one stream, whatever the spans in which the stream arrives. */
export interface Chunker {
  /** Index after the last byte of the chunk, or -1: the chunk goes on in the next span. `from`: where to continue. */
  next(span: Buffer, from: number): number;
}

interface Sizes {
  readonly min: number;
  readonly average: number;
  /** Where a chunk is cut at the latest, before that is moved to a newline. */
  readonly last: number;
  /** How far a cut is moved at most: a stream without newlines is cut by its content too. */
  readonly snap: number;
  /** Below it a hash cuts: before the average size, and after it. */
  readonly strict: number;
  readonly loose: number;
}

/**
 * Cuts by content: where a hash of the last 32 bytes is small, then moved to the next newline, so that a chunk of COPY
 * is whole rows. Chunks have a quarter of `averageBytes` (a power of two, 1 KiB to 16 MiB) to four times as many.
 */
export function createChunker(gear: Int32Array, averageBytes: number): Chunker {
  const sizes = sizesOf(averageBytes);
  const scan = scanOf(gear);
  let length = 0;
  let hash = 0;
  /** Length at which a cut that was found is made at the latest. */
  let due = 0;

  /** Moves on to the place where the content chooses to cut; returns where it stands. */
  const seek = (span: Buffer, from: number): number => {
    let at = from;
    while (due === 0 && at < span.length) {
      const { until, limit } = phaseOf(length, sizes);
      const end = Math.min(span.length, at + until - length);
      const found = limit === 0 ? { at: end, hash } : scan({ span, from: at, end, hash, limit });
      length += found.at - at;
      at = found.at;
      hash = found.hash;
      if (hash >>> 0 < limit || length === sizes.last) due = length + sizes.snap;
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
  return {
    min: average / 4,
    average,
    last: average * 4 - snap,
    snap,
    strict: 2 ** (30 - bits),
    loose: 2 ** (34 - bits),
  };
}

/** Below the least size nothing is hashed (limit 0); cuts are rarer before the average and more frequent after it. */
function phaseOf(length: number, { min, average, last, strict, loose }: Sizes): { until: number; limit: number } {
  if (length < min) return { until: min, limit: 0 };
  return length < average ? { until: average, limit: strict } : { until: last, limit: loose };
}

const scans = new WeakMap<Int32Array, Scan>();

/** A program for each gear, not for each stream. */
function scanOf(gear: Int32Array): Scan {
  const scan = scans.get(gear) ?? createScan(gear);
  scans.set(gear, scan);
  return scan;
}
