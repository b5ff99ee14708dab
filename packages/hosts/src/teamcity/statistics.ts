import type { CommandDocument } from '../host.ts';
import { toldBy } from '../results.ts';

/** The keys of TeamCity's statistic values: durations in milliseconds, sizes in bytes. */
const PREFIX = 'postgresBackuper';

/** The values for TeamCity's charts: sums over all databases and repositories of this build; the age is the largest. */
export function statistics(document: CommandDocument): ReadonlyMap<string, number> {
  const { backups, verified, pruned, statuses } = toldBy(document);
  const figures = new Map<string, number>();
  const add = (key: string, values: readonly number[]): void => {
    if (values.length > 0) figures.set(`${PREFIX}.${key}`, sum(values));
  };
  const totals = backups.map(({ totals }) => totals);
  const [raw, stored] = [totals.map(({ rawBytes }) => rawBytes), totals.map(({ storedBytes }) => storedBytes)];
  add(
    'duration',
    backups.map(({ durationMs }) => durationMs),
  );
  // a separate key: the last value of a key counts, and one build may back up and verify
  add(
    'verifyDuration',
    verified.map(({ durationMs }) => durationMs),
  );
  add('rawBytes', raw);
  add('storedBytes', stored);
  if (sum(stored) > 0) add('ratio', [sum(raw) / sum(stored)]);
  add(
    'tables',
    totals.map(({ tables }) => tables),
  );
  add(
    'rows',
    totals.map(({ rows }) => rows),
  );
  add(
    'verifiedBackups',
    verified.map((one) => one.backups.length),
  );
  add(
    'damagedBackups',
    verified.map((one) => one.backups.filter(({ ok }) => !ok).length),
  );
  add(
    'backups',
    pruned.map((one) => one.backups.length - one.deleted.length),
  );
  add(
    'deletedBackups',
    pruned.map(({ deleted }) => deleted.length),
  );
  add(
    'freedBytes',
    pruned.map(({ freedBytes }) => freedBytes),
  );
  const ages = statuses.flatMap(({ newest }) => (newest === null ? [] : [newest.ageMs]));
  if (ages.length > 0) add('age', [Math.max(...ages)]);
  return figures;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
