import { TAR_BLOCK_BYTES, writeTarEnd } from '@postgres-backuper/format';
import type { BufferPool } from './buffers.ts';
import { type CutFile, createCutFile, type Lane, limitOf, type SeeSpan } from './cut-file.ts';

/** A segment with less room than this is closed. */
const SMALLEST_PIECE_BYTES = 4096;

/** A full segment on its way to the storage. */
export interface CutSegment {
  /** Counted in the order in which segments are closed, so that the pieces of a file are in increasing segments. */
  readonly number: number;
  /** The tar; a view of `buffer`. */
  readonly tar: Buffer;
  /** Give it back to the pool when the segment is sealed. */
  readonly buffer: Buffer;
}

export interface Cutter {
  open(name: string, see?: SeeSpan): CutFile;
  /** To be called when a buffer was returned to the pool. */
  wake(): void;
  /** Closes the open segments. All files must have ended. */
  flush(): void;
}

/**
 * Cuts files that arrive side by side into segments. A lane is an open segment; a file borrows one while it has data,
 * and small files share segments without being copied twice. Waiting files are woken by a freed buffer *and* by a
 * lane given back: pg_dump continues with its next table when the last bytes of one are in the pipe, so more files than
 * it has workers may be waiting.
 */
export function createCutter(options: {
  readonly lanes: number;
  readonly pool: BufferPool;
  readonly onSegment: (segment: CutSegment) => void;
}): Cutter {
  const idle: Lane[] = [];
  const waiting: (() => void)[] = [];
  let open = 0;
  let closed = 0;

  const acquire = (): Lane | undefined => {
    const lane = idle.pop();
    if (lane !== undefined) return lane;
    if (open === options.lanes) return undefined;
    const buffer = options.pool.take();
    if (buffer === undefined) return undefined;
    open += 1;
    return { buffer, used: 0, number: -1 };
  };
  const close = (lane: Lane): void => {
    open -= 1;
    lane.number = closed;
    closed += 1;
    const end = writeTarEnd(lane.buffer, lane.used);
    options.onSegment({ number: lane.number, tar: lane.buffer.subarray(0, end), buffer: lane.buffer });
  };
  const wake = (): void => {
    for (const retry of waiting.splice(0)) retry();
  };
  const release = (lane: Lane): void => {
    if (roomIn(lane) < SMALLEST_PIECE_BYTES) close(lane);
    else idle.push(lane);
    wake();
  };
  const wait = (retry: () => void): void => {
    waiting.push(retry);
  };

  return {
    open: (name, see = () => undefined) => createCutFile({ name, see }, { acquire, close, release, wait }),
    wake,
    flush: () => {
      for (const lane of idle.splice(0)) close(lane);
    },
  };
}

function roomIn(lane: Lane): number {
  return limitOf(lane) - lane.used - TAR_BLOCK_BYTES;
}
