import { abortable } from '@postgres-backuper/base';
import type { PipeSink, TakeChunk } from './fifo.ts';
import { type FileSink, send } from './file-sink.ts';

/** Held bytes go on in steps of so many. */
const STEP_BYTES = 512 * 1024;

/** Puts streams that arrive side by side one behind the other, in the order in which they entered. */
export interface Relay<Item> {
  /** Takes the next item and its place in the order; waits while too many are under way. Undefined: no more. */
  enter(): Promise<{ readonly item: Item; readonly runner: Runner } | undefined>;
  /** Resolves when all that entered went on. */
  finish(): Promise<void>;
}

export interface Runner extends PipeSink {
  readonly takenBytes: () => number;
  /** No more bytes will come. */
  end(): void;
}

export interface RelayOptions<Item> {
  readonly next: () => Item | undefined;
  /** Streams under way at once. */
  readonly places: number;
  /** What a stream may hold while others are before it: then it is not read any more. */
  readonly holdBytes: number;
  readonly signal: AbortSignal;
}

interface HeldRunner extends Runner {
  /** Sends on what is held, also what comes meanwhile; from then on bytes go straight to the sink. */
  lead(signal: AbortSignal): Promise<void>;
  readonly ended: Promise<void>;
  /** Buffers that are not needed any more. */
  giveBack(): Buffer[];
}

/** The first stream goes straight to the sink; each other one is held in a buffer until those before it have ended. */
export function createRelay<Item>(sink: FileSink, options: RelayOptions<Item>): Relay<Item> {
  const { signal, holdBytes } = options;
  const buffers: Buffer[] = [];
  const waiting: (() => void)[] = [];
  let free = options.places;
  let last: Promise<void> = Promise.resolve();
  const lend = (): Buffer => buffers.pop() ?? Buffer.allocUnsafeSlow(holdBytes);
  const leave = (): void => {
    free += 1;
    waiting.shift()?.();
  };
  const follow = async (before: Promise<void>, runner: HeldRunner): Promise<void> => {
    await before;
    await runner.lead(signal);
    await runner.ended;
    buffers.push(...runner.giveBack());
    leave();
  };
  return {
    async enter() {
      while (free === 0) await abortable(new Promise<void>((resolve) => waiting.push(resolve)), signal);
      const item = options.next();
      if (item === undefined) return undefined;
      free -= 1;
      const runner = createRunner(sink, lend);
      last = follow(last, runner);
      last.catch(() => undefined); // told by finish
      return { item, runner };
    },
    finish: () => abortable(last, signal),
  };
}

function createRunner(sink: FileSink, lend: () => Buffer): HeldRunner {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let held: Buffer | undefined;
  let heldBytes = 0;
  let takenBytes = 0;
  let isFirst = false;
  let stopped: { readonly chunk: Buffer; readonly resume: () => void } | undefined;
  const take: TakeChunk = (chunk, resume) => {
    takenBytes += chunk.length;
    if (isFirst) return sink.take(chunk, resume);
    held ??= lend();
    if (heldBytes + chunk.length > held.length) {
      stopped = { chunk: Buffer.from(chunk), resume };
      return false;
    }
    heldBytes += chunk.copy(held, heldBytes);
    return true;
  };
  const lead = async (signal: AbortSignal): Promise<void> => {
    for (let sent = 0; held !== undefined && sent < heldBytes; ) {
      const step = held.subarray(sent, Math.min(heldBytes, sent + STEP_BYTES));
      await send(sink, step, signal);
      sent += step.length;
    }
    if (stopped !== undefined) await send(sink, stopped.chunk, signal);
    isFirst = true;
    stopped?.resume();
  };
  return {
    take,
    room: () => (isFirst ? sink.room() : undefined),
    filled(bytes) {
      takenBytes += bytes;
      sink.filled(bytes);
    },
    lead,
    end: () => end(),
    ended,
    takenBytes: () => takenBytes,
    giveBack: () => (held === undefined ? [] : [held]),
  };
}
