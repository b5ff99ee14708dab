import type { Measured } from '../meter/measure.ts';
import type { Machine } from '../stage/machine.ts';

/** What one run cost, and how much it stored. */
export interface Figures extends Measured {
  readonly storedBytes?: number;
  /** What the case noted itself. */
  readonly noted?: Readonly<Record<string, number>>;
}

/** One run of one case: its figures, or why it failed. */
export interface Run {
  readonly case: string;
  readonly round: number;
  readonly figures?: Figures;
  readonly failure?: string;
}

/** All runs of one group in one go, on one machine. */
export interface Section {
  /** Group and size, e.g. `backup 1600MB`; also the cases, where not all were run. */
  readonly id: string;
  readonly group: string;
  readonly megabytes: number;
  readonly rawBytes: number;
  readonly rounds: number;
  /** ISO date. */
  readonly madeOn: string;
  /** Repeats this section. */
  readonly command: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  /** Cases that could not be run here, with the reason. */
  readonly missing: readonly { readonly case: string; readonly reason: string }[];
  readonly runs: readonly Run[];
}

/** Everything that the report says, as a file. */
export interface Results {
  readonly sections: readonly Section[];
}

/** The same with these sections instead of those of the same id and of parts of theirs; new ones come last. */
export function mergeResults(results: Results, sections: readonly Section[]): Results {
  const isPart = ({ id }: Section) => sections.some((whole) => id.startsWith(`${whole.id} `));
  const newer = new Map(sections.map((section) => [section.id, section]));
  const kept = results.sections
    .filter((section) => !isPart(section))
    .map((section) => newer.get(section.id) ?? section);
  const ids = new Set(kept.map(({ id }) => id));
  return { sections: [...kept, ...sections.filter(({ id }) => !ids.has(id))] };
}
