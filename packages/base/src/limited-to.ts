import type { Context } from './context.ts';

/**
 * A context for what must be done at the end although the run's own signal may be aborted: its signal is aborted after
 * `limitMs` milliseconds alone. Its clock keeps no process alive.
 */
export function limitedTo<Some extends Pick<Context, 'clock'>>(
  limitMs: number,
  context: Some,
): Some & Pick<Context, 'signal'> {
  const limit = new AbortController();
  const abort = (): void => limit.abort(new Error(`no answer in ${limitMs} ms`));
  void context.clock.sleep(limitMs, { idle: true }).then(abort);
  return { ...context, signal: limit.signal };
}
