import { type BackuperError, toBackuperError } from '@postgres-backuper/base';
import {
  type CommandDocument,
  dotenvReport,
  junitReport,
  metricsReport,
  type Speech,
  summaryReport,
  type Wording,
} from '@postgres-backuper/hosts';
import type { AnySettings } from '@postgres-backuper/options';
import type { Figures } from './metrics/measure.ts';
import { writeResultFile } from './result-file.ts';

type Report = (document: CommandDocument, about: { readonly wording: Wording; readonly figures: Figures }) => string;
type ReportOption = 'junitFile' | 'dotenvFile' | 'metricsFile' | 'summaryFile';

/** The option that names the file, and what is written into it. */
const REPORTS: Readonly<Record<ReportOption, Report>> = {
  junitFile: junitReport,
  dotenvFile: dotenvReport,
  metricsFile: (document, { figures }) => metricsReport({ ...figures, document }),
  summaryFile: (document, { wording }) => summaryReport(document, wording),
};

/** Writes the reports that were asked for, also of a failed command; returns what could not be written. */
export function writeReports(
  document: CommandDocument,
  {
    settings,
    speech: { wording },
    figures,
  }: { readonly settings: AnySettings; readonly speech: Speech; readonly figures: Figures },
): readonly BackuperError[] {
  return (Object.keys(REPORTS) as ReportOption[]).flatMap((option) => {
    const path = settings[option];
    return (
      (path === undefined
        ? undefined
        : writeReport(option, path, (report) => report(document, { wording, figures }))) ?? []
    );
  });
}

/** Never throws: a report that cannot be made must not hide the result of a command that is done. */
function writeReport(option: ReportOption, path: string, make: (report: Report) => string): BackuperError | undefined {
  try {
    return writeResultFile(option, path, make(REPORTS[option]));
  } catch (error) {
    return toBackuperError(error);
  }
}
