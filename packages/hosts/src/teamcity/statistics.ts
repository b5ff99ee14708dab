import type { CommandDocument } from '../host.ts';
import { toldBy } from '../results.ts';
import { FIGURES } from './figures.ts';

/** The keys of TeamCity's statistic values: durations in milliseconds, sizes in bytes. */
const PREFIX = 'postgresBackuper';

/** The values for TeamCity's charts: sums over all databases and repositories of this build; the age is the largest. */
export function statistics(document: CommandDocument): ReadonlyMap<string, number> {
  const told = toldBy(document);
  const values = FIGURES.flatMap(({ statistic, samples, isLargest }) => {
    const all = samples(told);
    const value = isLargest ? Math.max(...all) : all.reduce((total, one) => total + one, 0);
    return all.length === 0 ? [] : [[`${PREFIX}.${statistic}`, value] as const];
  });
  return new Map(values);
}
