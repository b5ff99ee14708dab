/** The only source of time for the packages that do not know the process. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC; may jump. For timestamps. */
  now(): number;
  /** Milliseconds since some start; never jumps. For durations and time-outs. */
  elapsed(): number;
  /** Resolves after `delayMs`; rejects with the signal's reason when aborted. Does not keep the process alive with `{ idle: true }`. */
  sleep(delayMs: number, options?: { signal?: AbortSignal | undefined; idle?: boolean }): Promise<void>;
}
