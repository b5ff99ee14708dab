import type { Context } from '@postgres-backuper/base';

const TELL_EVERY_MS = 500;

/** Counts the bytes loaded (or read), and reports them twice a second. */
export interface LoadProgress {
  /** The same bytes, counted. */
  watch(name: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer>;
  /** Bytes that do not pass through `watch`. */
  count(bytes: number): void;
  tableDone(): void;
  /** Ends the events, after a last one. */
  end(): void;
}

export function createLoadProgress(
  totals: { readonly tables: number; readonly bytes: number },
  storedBytes: () => number,
  { clock, emit }: Pick<Context, 'clock' | 'emit'>,
): LoadProgress {
  const begunAt = clock.elapsed();
  let rawBytes = 0;
  let tablesDone = 0;
  let current: string | undefined;
  let running = true;
  const tell = (): void => {
    const counts = { rawBytes, storedBytes: storedBytes(), tablesDone, tablesTotal: totals.tables };
    const progress = { ...counts, totalBytes: totals.bytes, elapsedMs: clock.elapsed() - begunAt };
    emit({ type: 'progress', progress: current === undefined ? progress : { ...progress, current } });
  };
  void (async () => {
    for (;;) {
      await clock.sleep(TELL_EVERY_MS, { idle: true });
      if (!running) return;
      tell();
    }
  })();
  return {
    async *watch(name, bytes) {
      current = name;
      for await (const chunk of bytes) {
        rawBytes += chunk.length;
        yield chunk;
      }
    },
    count(bytes) {
      rawBytes += bytes;
    },
    tableDone() {
      tablesDone += 1;
    },
    end() {
      if (running) tell();
      running = false;
    },
  };
}
