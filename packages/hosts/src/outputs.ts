import type { CommandDocument } from './host.ts';
import { placeOf } from './place.ts';
import { toldBy } from './results.ts';

/** Larger documents are not an output, characters: GitHub takes 1 MiB per job, and Linux 128 KiB per variable. */
const RESULT_MAX = 100_000;

/**
 * What later steps can read: several values are lines. `size` in bytes as stored, `duration` in seconds, `result` the
 * JSON document, without its result where that is too long.
 */
export function outputsOf(document: CommandDocument): Readonly<Record<string, string>> {
  const { backups, verified, statuses } = toldBy(document);
  const { label, database, durationMs } = (document.result ?? {}) as Partial<Record<string, unknown>>;
  const newest = statuses.flatMap((one) => (one.newest === null ? [] : [one.newest.label]));
  const restored = document.command === 'restore' && typeof database === 'string';
  const labels = [
    ...backups.map((one) => one.label),
    ...verified.flatMap((one) => one.backups.map((backup) => backup.label)),
    ...newest,
    ...(restored && typeof label === 'string' ? [label] : []),
  ];
  const stored = backups.flatMap(({ destinations }) => destinations.filter(({ committed }) => committed));
  const looked = [...verified, ...statuses].map(({ location }) => location);
  const durations = [...backups, ...verified].map((one) => one.durationMs);
  if (restored && typeof durationMs === 'number') durations.push(durationMs);
  return {
    ...lines('label', labels),
    ...lines('repository', [...stored.map(({ location }) => location), ...looked].map(repositoryOf)),
    ...(backups.length === 0 ? {} : { size: String(sum(backups.map(({ totals }) => totals.storedBytes))) }),
    ...(durations.length === 0 ? {} : { duration: String(Math.round(sum(durations)) / 1000) }),
    ...(restored ? { 'restored-database': database } : {}),
    ...clientOutputs(document),
    result: resultText(document),
  };
}

function repositoryOf(location: string): string {
  return placeOf(location).repository;
}

function lines(name: string, values: readonly string[]): Readonly<Record<string, string>> {
  return values.length === 0 ? {} : { [name]: [...new Set(values)].join('\n') };
}

function clientOutputs({ command, result }: CommandDocument): Readonly<Record<string, string>> {
  const { binDir, version } = (result ?? {}) as { binDir?: string; version?: string };
  return command === 'setup-client' && binDir && version ? { 'bin-dir': binDir, version } : {};
}

function resultText({ result, ...rest }: CommandDocument): string {
  const whole = JSON.stringify({ ...rest, result });
  return whole.length <= RESULT_MAX ? whole : JSON.stringify({ ...rest, isShortened: true });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
