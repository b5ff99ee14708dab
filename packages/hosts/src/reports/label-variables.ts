import type { CommandDocument } from '../host.ts';
import { outputsOf } from '../outputs.ts';
import { toldBy } from '../results.ts';

/** GitLab takes 20 variables of a job, unless its administrator allows more. */
const MOST = 10;

/**
 * `BACKUP_LABEL` for one database. For several: `BACKUP_LABEL_<NAME>` each, the name in capitals with `_` for other
 * characters than letters and digits, unless two names give the same; and `BACKUP_LABELS`, a JSON object of all.
 */
export function labelVariables(document: CommandDocument): Readonly<Record<string, string>> {
  const { label } = outputsOf(document);
  if (label === undefined) return {};
  const named = labelsByName(document);
  if (numberAsked(document) <= 1) return label.includes('\n') ? {} : { BACKUP_LABEL: label };
  const folded = named.map(([name, one]) => [fold(name), one] as const);
  const own = folded.filter(
    ([name]) => /[A-Z0-9]/.test(name) && folded.filter(([other]) => other === name).length === 1,
  );
  return {
    ...Object.fromEntries(own.slice(0, MOST).map(([name, one]) => [`BACKUP_LABEL_${name}`, one])),
    BACKUP_LABELS: JSON.stringify(Object.fromEntries(named)),
  };
}

function labelsByName(document: CommandDocument): readonly (readonly [string, string])[] {
  const { backups, statuses } = toldBy(document);
  const made = backups.map(({ name, label }) => [name, label] as const);
  const seen = statuses.flatMap(({ name, newest }) => (newest === null ? [] : [[name, newest.label] as const]));
  return [...new Map([...made, ...seen])];
}

/** The number of names that were asked for, with or without a backup. */
function numberAsked(document: CommandDocument): number {
  const { backups, statuses } = toldBy(document);
  if (document.command !== 'backup') return new Set(statuses.map(({ name }) => name)).size;
  const { skipped = [], failures = [] } = document.result ?? {};
  return backups.length + skipped.length + failures.length;
}

function fold(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
}
