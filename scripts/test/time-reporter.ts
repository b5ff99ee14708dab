import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import type { FileTime } from './times.ts';

/** Writes how long each test file took, its hooks and imports included, where PGBACKUPER_FILE_TIMES says. */
export class TimeReporter implements Reporter {
  readonly #times: FileTime[] = [];

  onTestModuleEnd(module: TestModule): void {
    const { duration, collectDuration, setupDuration, prepareDuration } = module.diagnostic();
    const ms = duration + collectDuration + setupDuration + prepareDuration;
    this.#times.push({ path: module.relativeModuleId, ms });
  }

  onTestRunEnd(): void {
    const file = process.env.PGBACKUPER_FILE_TIMES;
    if (file) writeFileSync(file, JSON.stringify(this.#times));
  }
}

// biome-ignore lint/style/noDefaultExport: vitest takes a reporter of a file by its default export
export default TimeReporter;
