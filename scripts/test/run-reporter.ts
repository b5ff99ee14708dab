import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import type { FailedFile } from './run-anew.ts';
import type { FileTime } from './times.ts';

/** What a run leaves for the one who started it. */
export interface RunNotes {
  readonly times: readonly FileTime[];
  readonly failed: readonly FailedFile[];
  /** Of no test, such as a rejection that nobody handled; also that the run was ended early. */
  readonly errors: number;
}

/** Writes what a run was, where PGBACKUPER_RUN_NOTES says: of each file its time, hooks and imports included. */
export class RunReporter implements Reporter {
  readonly #times: FileTime[] = [];

  onTestModuleEnd(module: TestModule): void {
    const { duration, collectDuration, setupDuration, prepareDuration } = module.diagnostic();
    const ms = duration + collectDuration + setupDuration + prepareDuration;
    this.#times.push({ path: module.relativeModuleId, ms });
  }

  onTestRunEnd(modules: readonly TestModule[], thrown: readonly unknown[], reason: string): void {
    const file = process.env.PGBACKUPER_RUN_NOTES;
    const failed = modules.filter((module) => !module.ok()).map(failedFile);
    const errors = thrown.length + (reason === 'interrupted' ? 1 : 0);
    const notes: RunNotes = { times: this.#times, failed, errors };
    if (file) writeFileSync(file, JSON.stringify(notes));
  }
}

function failedFile(module: TestModule): FailedFile {
  const tests = [...module.children.allTests('failed')];
  return {
    path: module.relativeModuleId,
    tests: tests.map(({ fullName }) => fullName),
    isOnce: tests.some(({ options }) => options.retry === 0),
  };
}

// biome-ignore lint/style/noDefaultExport: vitest takes a reporter of a file by its default export
export default RunReporter;
