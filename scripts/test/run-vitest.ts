import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestReport } from './counts.ts';
import type { RunNotes } from './run-reporter.ts';
import { parseStartTimes, timesText } from './times.ts';

export interface Place {
  readonly root: string;
  /** Gets the reports. */
  readonly folder: string;
  /** Added to ours. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface VitestRun {
  readonly status: number;
  readonly report: TestReport;
  readonly notes: RunNotes;
  /** Where its time went. */
  readonly times: string;
}

/** Runs vitest in view of the user. */
export async function runVitest(args: readonly string[], { root, folder, environment }: Place): Promise<VitestRun> {
  const [report, notes, starts] = ['report.json', 'notes.json', 'starts'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const ours = join(import.meta.dirname, 'run-reporter.ts');
  const reporters = ['default', 'json', ours].map((name) => `--reporter=${name}`);
  const child = spawn('vitest', ['run', ...reporters, `--outputFile.json=${report}`, ...args], {
    cwd: root,
    env: { ...process.env, ...environment, PGBACKUPER_RUN_NOTES: notes, PGBACKUPER_START_TIMES: starts },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const status = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(127));
    child.once('close', (code) => resolve(code ?? 1));
  });
  const read = (file: string, otherwise: string) => readFile(file, 'utf8').catch(() => otherwise);
  const counted = JSON.parse(await read(report, '{"testResults":[]}')) as TestReport;
  const noted = JSON.parse(await read(notes, '{"times":[],"failed":[],"errors":1}')) as RunNotes;
  const times = timesText(noted.times, parseStartTimes(await read(starts, '')));
  return { status, report: counted, notes: noted, times };
}
