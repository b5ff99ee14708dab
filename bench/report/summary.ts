import type { Figures, Section } from './results.ts';

/** Median and extremes of several runs. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** What the runs of one case say together. */
export interface CaseSummary {
  readonly wallS: Spread;
  readonly clientS: Spread;
  readonly serverS: Spread;
  readonly storageS: Spread;
  /** Of client, server and storage. */
  readonly cpuS: Spread;
  /** The most of all runs. */
  readonly treeBytes: number;
  readonly processBytes: number;
  readonly tempBytes: number;
  readonly storedBytes?: number;
  /** What the case noted itself; empty where it noted nothing. */
  readonly noted: Readonly<Record<string, Spread>>;
}

/** The median; of an even number of values the mean of the two in the middle. */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('no value, no median');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low = 0, high = 0] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return { median: (low + high) / 2, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0 };
}

/** Undefined where the case was not run, or where a run of it failed. */
export function summaryOf(section: Section, name: string): CaseSummary | undefined {
  const runs = section.runs.filter((run) => run.case === name);
  const figures = runs.flatMap((run) => (run.figures === undefined ? [] : [run.figures]));
  if (figures.length === 0 || figures.length < runs.length) return undefined;
  const spread = (pick: (each: Figures) => number) => spreadOf(figures.map(pick));
  const most = (pick: (each: Figures) => number) => Math.max(...figures.map(pick));
  const stored = figures.at(-1)?.storedBytes;
  return {
    wallS: spread((each) => each.wallS),
    clientS: spread((each) => each.clientS),
    serverS: spread((each) => each.serverS),
    storageS: spread((each) => each.storageS),
    cpuS: spread((each) => each.clientS + each.serverS + each.storageS),
    treeBytes: most((each) => each.treeBytes),
    processBytes: most((each) => each.processBytes),
    tempBytes: most((each) => each.tempBytes),
    ...(stored === undefined ? {} : { storedBytes: stored }),
    noted: notedOf(figures),
  };
}

function notedOf(figures: readonly Figures[]): CaseSummary['noted'] {
  const names = [...new Set(figures.flatMap(({ noted = {} }) => Object.keys(noted)))];
  return Object.fromEntries(
    names.map((name) => [name, spreadOf(figures.flatMap(({ noted = {} }) => noted[name] ?? []))]),
  );
}
