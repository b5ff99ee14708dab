import { abortable } from '@postgres-backuper/base';
import type { PipeSink, TakeChunk } from './fifo.ts';
import { type FileSink, send } from './file-sink.ts';

/** Held bytes are sent on in steps of this size. */
const STEP_BYTES = 512 * 1024;

/** Concatenates streams that arrive in parallel, in the order in which they entered. */
export interface Relay<Item> {
  /** Takes the next item and its place in the order; waits while all places are taken. Undefined: no item is left. */
  enter(): Promise<{ readonly item: Item; readonly runner: Runner } | undefined>;
  /** Resolves when every stream that entered was sent on. */
  finish(): Promise<void>;
}

export interface Runner extends PipeSink {
  readonly takenBytes: () => number;
  /** No more bytes will come. */
  end(): void;
}

export interface RelayOptions<Item> {
  readonly next: () => Item | undefined;
  /** Number of parallel streams. */
  readonly places: number;
  /** Bytes that a stream may hold while it waits for earlier ones; at this limit it is no longer read. */
  readonly holdBytes: number;
  readonly signal: AbortSignal;
}

interface HeldRunner extends Runner {
  /** Sends the held bytes on, and those that arrive meanwhile; later bytes go straight to the sink. */
  lead(signal: AbortSignal): Promise<void>;
  readonly ended: Promise<void>;
  /** Buffers that are no longer needed. */
  giveBack(): Buffer[];
}

/** The first stream goes straight to the sink; each later one is buffered until those before it have ended. */
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
      last.catch(() => undefined); // reported by finish
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
