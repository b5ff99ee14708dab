import type { Context } from '@postgres-backuper/base';

const TELL_EVERY_MS = 250;

/** Counts what passes and reports progress. */
export interface Tally {
  readonly rawBytes: number;
  readonly warnings: readonly string[];
  expect(tables: number, bytes: number): void;
  read(bytes: number): void;
  tableDone(): void;
  warn(text: string): void;
  /** Emits a last progress event and stops. */
  end(): void;
}

/** `storedBytes` is called for each progress event. */
export function createTally(context: Context, storedBytes: () => number): Tally {
  const begunAt = context.clock.elapsed();
  const warnings: string[] = [];
  const count = { rawBytes: 0, tablesDone: 0, tablesTotal: 0, totalBytes: 0 };
  let running = true;
  const tell = (): void => {
    const elapsedMs = context.clock.elapsed() - begunAt;
    context.emit({ type: 'progress', progress: { ...count, storedBytes: storedBytes(), elapsedMs } });
  };
  void (async () => {
    while (running) {
      await context.clock.sleep(TELL_EVERY_MS, { idle: true });
      if (running) tell();
    }
  })();
  return {
    warnings,
    get rawBytes() {
      return count.rawBytes;
    },
    expect(tables, bytes) {
      count.tablesTotal = tables;
      count.totalBytes = bytes;
    },
    read(bytes) {
      count.rawBytes += bytes;
    },
    tableDone() {
      count.tablesDone += 1;
    },
    warn(text) {
      warnings.push(text);
      context.emit({ type: 'warning', text });
    },
    end() {
      if (running) tell();
      running = false;
    },
  };
}
