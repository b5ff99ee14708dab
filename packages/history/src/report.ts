import type { TimeZone } from '@postgres-backuper/base';
import type { Forecast } from './forecast.ts';
import type { NameHistory, NameState } from './name-history.ts';

/** What the page is made from. */
export interface Report {
  /** Milliseconds since 1970: the page shows how things were then. */
  readonly generatedAt: number;
  /** Whose times the page shows. */
  readonly timeZone: TimeZone;
  /** The program and its version. */
  readonly tool: string;
  readonly repositories: readonly RepositoryHistory[];
  /** What could not be read, one sentence each. */
  readonly problems: readonly string[];
  /** The command that restores a backup, to copy. */
  readonly restoreCommand: (name: NameHistory) => string | undefined;
}

export interface RepositoryHistory {
  readonly location: string;
  readonly names: readonly NameHistory[];
  /** Undefined: the storage does not report its free space. */
  readonly forecast: Forecast | undefined;
}

/** The result of `report`. */
export interface ReportResult {
  /** The path of the page, as it was given. */
  readonly output: string;
  readonly sizeBytes: number;
  /** The bad ones first, as on the page. */
  readonly names: readonly ReportedName[];
  /** Why some are missing. */
  readonly problems?: readonly string[];
}

export interface ReportedName {
  readonly name: string;
  readonly location: string;
  readonly state: NameState;
  readonly warnings: readonly string[];
  /** Of the newest good backup; null: there is none. */
  readonly label: string | null;
  readonly ageMs: number | null;
  readonly backups: number;
  readonly storedBytes: number;
  /** Raw bytes of the newest good backup; null: there is none. */
  readonly rawBytes: number | null;
  /** The same of the newest good backup that was made at least a week before it; null: there is none. */
  readonly rawBytesWeekBefore: number | null;
}

const WEEK_MS = 7 * 86_400_000;
const ORDER: readonly NameState[] = ['none', 'damaged', 'stale', 'warning', 'ok'];

/** Every name of every repository, the bad ones first, then by name. */
export function worstFirst(repositories: readonly RepositoryHistory[]): readonly NameHistory[] {
  return repositories
    .flatMap(({ names }) => names)
    .toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || compare(a, b));
}

/** The result, without the page. */
export function reportedNames(repositories: readonly RepositoryHistory[]): readonly ReportedName[] {
  return worstFirst(repositories).map(({ name, location, state, warnings, newest, backups }) => ({
    ...{ name, location, state, warnings, backups: backups.length },
    ...{ label: newest?.label ?? null, ageMs: newest?.ageMs ?? null, storedBytes: storedBytesOf(backups) },
    ...rawBytesOf({ newest, backups }),
  }));
}

function rawBytesOf({ newest, backups }: Pick<NameHistory, 'newest' | 'backups'>) {
  const last = backups.find(({ label }) => label === newest?.label);
  const before = backups.findLast(
    ({ bad, startedAt }) => !bad && last !== undefined && startedAt <= last.startedAt - WEEK_MS,
  );
  return { rawBytes: last?.totals.rawBytes ?? null, rawBytesWeekBefore: before?.totals.rawBytes ?? null };
}

/** Of all backups together. */
export function storedBytesOf(backups: NameHistory['backups']): number {
  return backups.reduce((sum, { totals }) => sum + totals.storedBytes, 0);
}

function compare(a: NameHistory, b: NameHistory): number {
  if (a.name === b.name) return a.location < b.location ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}
