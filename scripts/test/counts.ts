export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The part of vitest's JSON report that is counted. */
export interface TestReport {
  readonly testResults: readonly {
    readonly name?: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** Counts tests; a file that failed without a failed test (it could not be loaded, a hook threw) counts as one failure. */
export function countTests(report: TestReport): TestCounts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report.testResults) {
    const failedBefore = counts.failed;
    for (const { status } of file.assertionResults) counts[kindOf(status)] += 1;
    if (file.status === 'failed' && counts.failed === failedBefore) counts.failed += 1;
  }
  return counts;
}

/** `pending`, `skipped`, `todo` and whatever is new are not passed. */
function kindOf(status: string): keyof TestCounts {
  if (status === 'passed' || status === 'failed') return status;
  return 'skipped';
}
