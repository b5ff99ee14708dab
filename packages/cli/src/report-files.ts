import type { BackuperError } from '@postgres-backuper/core';
import type { CommandDocument } from '@postgres-backuper/hosts';
import type { Settings } from './options/options.ts';
import { writeResultFile } from './result-file.ts';

type Report = (document: CommandDocument) => string;

/** The option that names the file, and what is written into it; loaded when it is asked for. */
const REPORTS: Partial<
  Record<
    'junitFile' | 'dotenvFile' | 'metricsFile' | 'summaryFile',
    readonly [flag: string, load: () => Promise<Report>]
  >
> = {};

/** Writes the reports that were asked for, also of a failed command; returns what could not be written. */
export async function writeReports(document: CommandDocument, settings: Settings): Promise<readonly BackuperError[]> {
  const errors: BackuperError[] = [];
  for (const [option, [flag, load]] of Object.entries(REPORTS) as [
    keyof typeof REPORTS,
    readonly [string, () => Promise<Report>],
  ][]) {
    const path = settings[option];
    if (path === undefined) continue;
    const error = writeResultFile(flag, path, (await load())(document));
    if (error !== undefined) errors.push(error);
  }
  return errors;
}
