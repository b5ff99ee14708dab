import { placeOf } from '@postgres-backuper/base';
import { documentJson } from './document-json.ts';
import type { CommandDocument } from './host.ts';
import { toldBy } from './results.ts';

/** Larger documents are not an output, characters: GitHub takes 1 MiB per job, and Linux 128 KiB per variable. */
const RESULT_MAX = 100_000;

/**
 * What later steps can read; several values are one per line. `size`: bytes as stored; `duration`: seconds; `result`: the
 * JSON document, without its result where that is too long.
 */
export function outputsOf(document: CommandDocument): Readonly<Record<string, string>> {
  const { backups, restored, verified, statuses } = toldBy(document);
  const newest = statuses.flatMap((one) => (one.newest === null ? [] : [one.newest.label]));
  const labels = [
    ...backups.map((one) => one.label),
    ...verified.flatMap((one) => one.backups.map((backup) => backup.label)),
    ...newest,
    ...restored.flatMap((one) => ('label' in one ? [one.label] : [])),
  ];
  const stored = backups.flatMap(({ destinations }) => destinations.filter(({ committed }) => committed));
  const looked = [...verified, ...statuses].map(({ location }) => location);
  const durations = [...backups, ...verified, ...restored].map((one) => one.durationMs);
  return {
    ...lines('label', labels),
    ...lines('repository', [...stored.map(({ location }) => location), ...looked].map(repositoryOf)),
    ...(backups.length === 0 ? {} : { size: String(sum(backups.map(({ totals }) => totals.storedBytes))) }),
    ...(durations.length === 0 ? {} : { duration: String(Math.round(sum(durations)) / 1000) }),
    ...lines(
      'restored-database',
      restored.map(({ database }) => database),
    ),
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
  return command === 'setup-client' && result !== undefined
    ? { 'bin-dir': result.binDir, version: result.version }
    : {};
}

function resultText(document: CommandDocument): string {
  const whole = JSON.stringify(documentJson(document));
  if (whole.length <= RESULT_MAX) return whole;
  return JSON.stringify({ ...documentJson({ ...document, result: undefined, details: undefined }), isShortened: true });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
