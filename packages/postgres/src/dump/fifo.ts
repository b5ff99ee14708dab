import { close, constants, open as openFile, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { type Context, runProgram } from '@postgres-backuper/base';

/** Bytes per read, as many as a Linux pipe holds. All readers share one buffer, since each read is consumed at once. */
const READ_BYTES = 65_536;
const scratch = Buffer.allocUnsafeSlow(READ_BYTES);
/** Characters of all paths in one call of mkfifo: below the limit of arguments, which is at least 1 MiB. */
const BATCH_CHARACTERS = 400_000;

/** Takes a chunk at once. Returns false if the next one must wait for `resume`. */
export type TakeChunk = (chunk: Buffer, resume: () => void) => boolean;

/** Receives the bytes of a pipe. */
export interface PipeSink {
  readonly take: TakeChunk;
  /** The buffer for the next bytes; undefined: they go to `take`. */
  room(): Buffer | undefined;
  /** The next bytes are now in the first `bytes` of the last `room`. */
  filled(bytes: number): void;
}

export interface FifoReader {
  /** Resolves when the last writer has closed the pipe. This is no success: only the writer's own result is. */
  readonly ended: Promise<void>;
  /** Stops reading; a program that still writes gets EPIPE. */
  destroy(): void;
}

export async function makeFifos(
  paths: readonly string[],
  env: Readonly<Record<string, string>>,
  context: Pick<Context, 'clock' | 'signal'>,
): Promise<void> {
  const longest = paths.reduce((length, path) => Math.max(length, path.length), 1);
  const batch = Math.ceil(BATCH_CHARACTERS / longest);
  for (let at = 0; at < paths.length; at += batch) {
    await runProgram({ file: 'mkfifo', args: ['-m', '600', '--', ...paths.slice(at, at + batch)], env }, context);
  }
}

/**
 * Reads a named pipe without blocking a thread. Linux reports an end only after a writer has opened and closed the
 * pipe, so it may be opened long before the first write.
 */
export function readFifo(path: string, sink: PipeSink): FifoReader {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  let resume = (): void => undefined;
  let room: Buffer | undefined;
  const nextBuffer = (): Buffer => {
    room = sink.room();
    return room ?? scratch;
  };
  const received = (size: number): boolean => {
    if (room === undefined) return sink.take(scratch.subarray(0, size), () => resume());
    sink.filled(size);
    return true;
  };
  const socket = new Socket({
    fd,
    readable: true,
    writable: false,
    onread: { buffer: nextBuffer, callback: received },
  });
  resume = () => socket.resume();
  const ended = new Promise<void>((resolve, reject) => {
    socket.once('end', resolve);
    socket.once('error', reject);
    socket.once('close', () => resolve());
  });
  ended.catch(() => undefined);
  return { ended, destroy: () => socket.destroy() };
}

/** Ends a pipe that no writer ever opened. Harmless if one did. */
export async function endFifo(path: string): Promise<void> {
  await new Promise<void>((resolve) => {
    openFile(path, constants.O_WRONLY | constants.O_NONBLOCK, (error, fd) => {
      if (error !== null) return resolve(); // ENXIO: its reader has ended already
      close(fd, () => resolve());
    });
  });
}
