import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest in a whole run, longest first: `pnpm test` ends with such a list. */
export const LONGEST = [
  'test/hosts/airflow/scheduler.test.ts',
  'test/end-to-end/traps.test.ts',
  'test/process/stall.test.ts',
  'test/restore/traps.test.ts',
  'test/hosts/airflow/dags.test.ts',
  'test/recovery/reader.test.ts',
  'test/hosts/same/same-behaviour.test.ts',
  'test/faults/kills.test.ts',
  'test/bad-input/locks.test.ts',
  'test/backup/split-failures.test.ts',
  'test/bad-input/server.test.ts',
  'test/restore/verify.test.ts',
  'test/restore/failure.test.ts',
  'test/backup/many-tables.test.ts',
] as const;

/** Long files begin first, so that no worker has one left when the others have nothing. A clean clone knows no times. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longestFirst(await super.sort(files));
  }
}

/** Those that are in the list, in its order; then the others in theirs. */
export function longestFirst<File extends { readonly moduleId: string }>(files: readonly File[]): File[] {
  return files.toSorted((one, other) => rankOf(one.moduleId) - rankOf(other.moduleId));
}

function rankOf(file: string): number {
  const at = LONGEST.findIndex((path) => file.endsWith(`/${path}`));
  return at < 0 ? LONGEST.length : at;
}
