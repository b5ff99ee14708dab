import type { TestReport } from './counts.ts';

export interface FailedFile {
  /** From the root, with slashes. */
  readonly path: string;
  /** Full names of its tests that failed; none where it could not be loaded or a hook threw. */
  readonly tests: readonly string[];
  /** Whether one of them allows no second try. */
  readonly isOnce: boolean;
}

/** More files that failed are no accident of a busy machine. */
const MOST = 3;

/**
 * The test files to run once more, or none where that could hide a fault. They meet real servers on a shared machine,
 * and a try within the same run may find what the one before left; a new run of a file begins with new servers.
 */
export function filesToRunAnew({
  failed,
  errors,
}: {
  readonly failed: readonly FailedFile[];
  readonly errors: number;
}) {
  const isAccident = failed.length <= MOST && errors === 0;
  const all = failed.every(({ path, isOnce }) => path.startsWith('test/') && !isOnce);
  return isAccident && all ? failed.map(({ path }) => path) : [];
}

/** The first report with the files of the second in their place. */
export function mergeReports(first: TestReport, second: TestReport): TestReport {
  const anew = new Set(second.testResults.map(({ name }) => name));
  return { testResults: [...first.testResults.filter(({ name }) => !anew.has(name)), ...second.testResults] };
}
