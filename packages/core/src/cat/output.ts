import type { Context } from '@postgres-backuper/base';

/** Where the rows go. */
export interface Output {
  /** Takes bytes and resolves when they are written; false: nobody reads them any more. Errors: those of the system. */
  write(bytes: Uint8Array): Promise<boolean>;
}

export interface WatchedOutput extends Output {
  readonly writtenBytes: number;
}

/** Counts what is written. A reader may take its time: a wait for it is no stall. */
export function watchOutput(output: Output, { activity }: Pick<Context, 'activity'>): WatchedOutput {
  let writtenBytes = 0;
  return {
    get writtenBytes() {
      return writtenBytes;
    },
    async write(bytes) {
      writtenBytes += bytes.length;
      const endPause = activity?.pause();
      try {
        return await output.write(bytes);
      } finally {
        endPause?.();
      }
    },
  };
}
