import type { Context } from './context.ts';

/**
 * Calls `look` every `everyMs` milliseconds until `end`. Its first error goes to `abort`, once, and ends the looks. The
 * pauses keep no process alive.
 */
export function keepLooking(
  look: () => Promise<void>,
  { everyMs, abort }: { readonly everyMs: number; readonly abort: (error: unknown) => void },
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): { end(): Promise<void> } {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const looking = async (): Promise<void> => {
    while (!both.aborted) {
      await clock.sleep(everyMs, { signal: both, idle: true });
      await look();
    }
  };
  const looked = looking().catch((error: unknown) => {
    if (!both.aborted) abort(error);
  });
  return {
    async end() {
      stop.abort(new Error('ended'));
      await looked;
    },
  };
}
