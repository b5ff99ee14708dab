import { abortable } from '@postgres-backuper/base';
import type { PipeSink } from './fifo.ts';

/** Sends a chunk and waits until there is room for the next one. Rejects with the signal's reason. */
export async function send(sink: FileSink, chunk: Buffer, signal: AbortSignal): Promise<void> {
  const taken = new Promise<void>((resume) => {
    if (sink.take(chunk, resume)) resume();
  });
  await abortable(taken, signal);
}

/** Receives one file of the dump. */
export interface FileSink extends PipeSink {
  /** Called at the end of the file, before the dump is known to be good. */
  end(): void;
}
