/** What a run tells of itself while it waits for others, so that a wait without an end is noticed. */
export interface Activity {
  /** How long nothing may go on, milliseconds; undefined: for ever. */
  readonly stallMs: number | undefined;
  /** Something went on: bytes, an answer, the server's word that it works. */
  moved(): void;
  /** Asked for whom the run may be waiting when nothing goes on; undefined: for nobody here. Ends with what it returns. */
  explain(who: () => string | undefined): () => void;
  /** No time counts until the returned function is called: what is awaited ends by itself, or nobody can look at it. */
  pause(): () => void;
}
