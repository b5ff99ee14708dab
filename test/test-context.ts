import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Context } from '@postgres-backuper/base';

export const realClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (delayMs, { signal, idle = false } = {}) =>
    sleep(delayMs, undefined, { ref: !idle, ...(signal ? { signal } : {}) }),
};

/** A silent context with the real clock. */
export function testContext(signal: AbortSignal = new AbortController().signal): Context {
  return { clock: realClock, emit: () => undefined, signal, tempDir: tmpdir(), tool: 'postgres-backuper test' };
}
