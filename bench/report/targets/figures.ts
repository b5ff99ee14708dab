import type { Results, Section } from '../results.ts';
import { type CaseSummary, summaryOf } from '../summary.ts';
import type { Target } from './target.ts';

type Figure = Target['figure'];

/** Sections of a database that is meant when no size is said. */
export const isUsual = ({ megabytes }: Section): boolean => megabytes < 10_000;

/** Sections that show what more data changes. */
export const isLarge = ({ megabytes }: Section): boolean => megabytes >= 10_000;

/** A figure of one case, of the first section that has it. */
export function pick(
  group: string,
  name: string,
  of: (summary: CaseSummary, section: Section) => number,
  isRight: (section: Section) => boolean = isUsual,
): Figure {
  return ({ sections }) => {
    for (const section of sectionsOf({ sections }, group, isRight)) {
      const summary = summaryOf(section, name);
      if (summary !== undefined) return of(summary, section);
    }
    return undefined;
  };
}

/** How many times as long a case took as the shortest of `others`, in the same section. */
export function wallRatio(group: string, name: string, others: readonly string[]): Figure {
  return (results) => {
    for (const section of sectionsOf(results, group, isUsual)) {
      const own = summaryOf(section, name)?.wallS.median;
      const walls = others.flatMap((other) => summaryOf(section, other)?.wallS.median ?? []);
      if (own !== undefined && walls.length > 0) return own / Math.min(...walls);
    }
    return undefined;
  };
}

/** 1 through a figure. */
export function inverse(figure: Figure): Figure {
  return (results) => {
    const value = figure(results);
    return value === undefined ? undefined : 1 / value;
  };
}

/** Percent by which a figure is above another one. */
export function percentAbove(base: Figure, figure: Figure): Figure {
  return (results) => {
    const [one, other] = [base(results), figure(results)];
    return one === undefined || other === undefined ? undefined : (other / one - 1) * 100;
  };
}

/** COPY text per second, MB/s. */
export function speed(group: string, name: string): Figure {
  return pick(group, name, ({ wallS }, { rawBytes }) => rawBytes / 1e6 / wallS.median);
}

/** Memory of the largest process, which is ours. */
export const processMiB = ({ processBytes }: CaseSummary): number => processBytes / 1024 ** 2;

function sectionsOf({ sections }: Results, group: string, isRight: (section: Section) => boolean): Section[] {
  return sections.filter((section) => section.group === group && isRight(section));
}
