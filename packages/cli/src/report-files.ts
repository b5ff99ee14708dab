import { type BackuperError, toBackuperError } from '@postgres-backuper/core';
import {
  type CommandDocument,
  dotenvReport,
  junitReport,
  metricsReport,
  summaryReport,
} from '@postgres-backuper/hosts';
import type { Settings } from './options/options.ts';
import { writeResultFile } from './result-file.ts';

type Report = (document: CommandDocument) => string;
type ReportOption = 'junitFile' | 'dotenvFile' | 'metricsFile' | 'summaryFile';

/** The option that names the file, and what is written into it. */
const REPORTS: Readonly<Record<ReportOption, readonly [flag: string, report: Report]>> = {
  junitFile: ['junit-file', junitReport],
  dotenvFile: ['dotenv-file', dotenvReport],
  metricsFile: ['metrics-file', metricsReport],
  summaryFile: ['summary-file', summaryReport],
};

/** Writes the reports that were asked for, also of a failed command; returns what could not be written. */
export function writeReports(document: CommandDocument, settings: Settings): readonly BackuperError[] {
  return (Object.keys(REPORTS) as ReportOption[]).flatMap((option) => {
    const path = settings[option];
    return (path === undefined ? undefined : writeReport(option, path, document)) ?? [];
  });
}

/** A report that cannot be made is no reason to lose the end of a command, which is done already. */
function writeReport(option: ReportOption, path: string, document: CommandDocument): BackuperError | undefined {
  const [flag, report] = REPORTS[option];
  try {
    return writeResultFile(flag, path, report(document));
  } catch (error) {
    return toBackuperError(error);
  }
}
