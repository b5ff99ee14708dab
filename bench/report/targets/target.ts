import type { Results } from '../results.ts';

/** One promise of the issue, and how its figure comes out of the results. */
export interface Target {
  readonly what: string;
  readonly asked: string;
  /** Reached when the figure is at most (or at least) this. */
  readonly limit: { readonly atMost: number } | { readonly atLeast: number };
  readonly unit: '×' | 'MiB' | 's' | 'bytes' | 'MB/s' | '%';
  /** Undefined where its cases were not measured. */
  readonly figure: (results: Results) => number | undefined;
  /** Shown where it is not reached. */
  readonly reason?: string;
}
