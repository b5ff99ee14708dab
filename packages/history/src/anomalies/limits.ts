/** From which change on a backup is unusual. */
export interface Limits {
  /** Raw bytes, rows or tables below this part of the usual, 0 to 1; 0: never. */
  readonly shrink: number;
  /** A duration of more than this many times the usual; 0: never. */
  readonly slower: number;
  /** Nothing changed in at least this many backups in a row; 0: never. */
  readonly unchanged: number;
}
