/** What a run reports while it waits for others, so that an endless wait is noticed. */
export interface Activity {
  /** The longest time without progress, milliseconds; undefined: no limit. */
  readonly stallMs: number | undefined;
  /** Reports progress: bytes, an answer, or that the server is working. */
  moved(): void;
  /** `who`, called on a stall, names what the run may be waiting for, or undefined. Call the result to end this. */
  explain(who: () => string | undefined): () => void;
  /** Stops the count until the returned function is called: for waits that end by themselves or cannot be observed. */
  pause(): () => void;
}
