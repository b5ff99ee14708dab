import { appendFile } from 'node:fs/promises';

/** `pnpm test:faults` sets it: by how much the numbers of the long form are multiplied. Without it the short form runs. */
const factor = process.env.PGBACKUPER_FAULTS ? Number(process.env.PGBACKUPER_FAULTS) : undefined;

export const isLong = factor !== undefined;

/** Tests of the long form look for what fails once: there is no second try. */
export const ONCE = isLong ? { retry: 0 } : {};

/** The same numbers again by PGBACKUPER_SEED; it belongs into the title of what it made. */
export const seed = Number(process.env.PGBACKUPER_SEED || Date.now() % 100_000);

/** How many trials there are. */
export function count({ short, long }: { readonly short: number; readonly long: number }): number {
  return factor === undefined ? short : Math.max(1, Math.round(long * factor));
}

export interface Random {
  /** 0 ≤ n < limit. */
  below(limit: number): number;
  pick<Item>(items: readonly Item[]): Item;
  bytes(length: number): Buffer;
}

/** The same sequence for the same start (mulberry32). */
export function createRandom(start: number): Random {
  let state = start | 0;
  const word = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number) => Math.floor((word() / 2 ** 32) * limit);
  return {
    below,
    pick: (items) => items[below(items.length)] as (typeof items)[number],
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
  };
}

/** One line of the figures in docs/reliability.md. */
export interface Figure {
  readonly kind: 'flips' | 'mutations' | 'scenarios' | 'kills' | 'kills at system calls' | 'swaps';
  /** What was tried, e.g. `backup on a disk`. */
  readonly what: string;
  readonly tried: number;
  readonly violations: number;
}

/** Hands a figure to `pnpm test:faults`; nothing happens when somebody else runs the test. */
export async function report(figure: Figure): Promise<void> {
  const file = process.env.PGBACKUPER_FIGURES;
  if (file !== undefined) await appendFile(file, `${JSON.stringify(figure)}\n`);
}

/** Runs trials that throw when a promise is broken, and reports how many there were. */
export async function counted<Result>(
  figure: Omit<Figure, 'violations'>,
  trials: () => Promise<Result>,
): Promise<Result> {
  let violations = 1;
  try {
    const result = await trials();
    violations = 0;
    return result;
  } finally {
    await report({ ...figure, violations });
  }
}
