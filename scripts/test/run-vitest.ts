import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { countTests, type TestCounts, type TestReport } from './counts.ts';
import { type FileTime, parseStartTimes, timesText } from './times.ts';

export interface Place {
  readonly root: string;
  /** Gets the reports. */
  readonly folder: string;
  /** Added to ours. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Runs vitest in view of the user and says what it counted and where its time went. */
export async function runVitest(
  args: readonly string[],
  { root, folder, environment }: Place,
): Promise<{ readonly status: number; readonly counts: TestCounts; readonly times: string }> {
  const [report, files, starts] = ['report.json', 'files.json', 'starts'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const ours = join(import.meta.dirname, 'time-reporter.ts');
  const reporters = ['default', 'json', ours].map((name) => `--reporter=${name}`);
  const child = spawn('vitest', ['run', ...reporters, `--outputFile.json=${report}`, ...args], {
    cwd: root,
    env: { ...process.env, ...environment, PGBACKUPER_FILE_TIMES: files, PGBACKUPER_START_TIMES: starts },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const status = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(127));
    child.once('close', (code) => resolve(code ?? 1));
  });
  const read = (file: string, otherwise: string) => readFile(file, 'utf8').catch(() => otherwise);
  const counted = JSON.parse(await read(report, '{"testResults":[]}')) as TestReport;
  const fileTimes = JSON.parse(await read(files, '[]')) as FileTime[];
  const times = timesText(fileTimes, parseStartTimes(await read(starts, '')));
  return { status, counts: countTests(counted), times };
}
