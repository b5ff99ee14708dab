import type { Clock } from '@postgres-backuper/base';

/** The machine's clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (delayMs, { signal, idle = false } = {}) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      }, delayMs);
      if (idle) timer.unref();
      signal?.addEventListener('abort', abort, { once: true });
    }),
};
