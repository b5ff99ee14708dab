import { formatBytes, formatCount, formatDuration, numberOf } from '@postgres-backuper/base';
import { type CommandDocument, storedShare } from '@postgres-backuper/hosts';
import { digestLines, isBad } from './digest.ts';
import type { NameBefore } from './run-before.ts';

type Told = { readonly document: CommandDocument; readonly before: readonly NameBefore[]; readonly now: number };

/** The databases or names that a run is about: the bad ones of `status`, the failed ones of a backup of several. */
export function namesOf({ command, result, exit, databases = [] }: CommandDocument): readonly string[] {
  if (result === undefined) return databases;
  if (command === 'backup') {
    const failed = result.failures.map(({ database }) => database);
    return exit === 0 || failed.length === 0 ? result.backups.map(({ database }) => database) : failed;
  }
  if (command === 'status') {
    const all = result.repositories.filter(({ state }) => exit === 0 || state !== 'ok').map(({ name }) => name);
    return [...new Set(all)];
  }
  if (command === 'report') return [...new Set(result.names.filter(isBad).map(({ name }) => name))];
  if (command === 'verify' || command === 'prune') return [...new Set(result.repositories.map(({ name }) => name))];
  return databases;
}

/** The labels of the backups that a run made. */
export function labelsOf({ command, result }: CommandDocument): readonly string[] {
  return (command === 'backup' && result?.backups.map(({ label }) => label)) || [];
}

/** Where the backups are. */
export function locationsOf({ document, before }: Told): readonly string[] {
  const { command, result } = document;
  const told =
    (command === 'status' || command === 'verify' || command === 'prune') && result !== undefined
      ? result.repositories.map(({ location }) => location)
      : command === 'report' && result !== undefined
        ? result.names.map(({ location }) => location)
        : before.map(({ repository }) => repository.storage.location);
  return [...new Set(told)];
}

/** What a good run did: sizes, and the change since the backup before. */
export function doneLines({ document, before, now }: Told): readonly string[] {
  const { command, result } = document;
  if (command === 'report' && result !== undefined) return digestLines(result);
  if (command !== 'backup' || result === undefined) return [];
  const lines = result.backups.map(({ name, label, database, totals, saving, durationMs }) => {
    const { tables, rows, storedBytes } = totals;
    const what = `${numberOf(tables, 'table')}, ${numberOf(rows, 'row')}`;
    const share = storedShare({ totals, saving });
    const usual = before.find((one) => one.name === name)?.newest?.fullBytes;
    const change = share === undefined ? changeOf(storedBytes, usual) : ` (differential: ${share})`;
    return `'${database}': ${label}, ${what}, ${formatBytes(storedBytes)} stored${change}, in ${formatDuration(durationMs)}`;
  });
  const failed = before.flatMap(({ failingSince }) => failingSince ?? []);
  if (failed.length === 0) return lines;
  const since = Math.min(...failed);
  return [
    `runs failed since ${new Date(since).toISOString()}, for ${formatDuration(Math.max(0, now - since))}`,
    ...lines,
  ];
}

/** ` (+3 %)`; '' without a backup before. */
function changeOf(bytes: number, before: number | undefined): string {
  if (before === undefined || before === 0) return '';
  const percent = Math.round((bytes / before - 1) * 100);
  return ` (${percent < 0 ? '−' : '+'}${formatCount(Math.abs(percent))} %)`;
}
