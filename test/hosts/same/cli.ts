import type { ChildProcess } from 'node:child_process';
import type { HostName } from '../../../packages/hosts/src/host.ts';
import { startAction } from './start-action.ts';
import { startComponent } from './start-component.ts';
import { startOperator } from './start-operator.ts';
import { startProgram } from './start-program.ts';
import { startRecipe } from './start-recipe.ts';
import type { Surfaces } from './surfaces.ts';

export interface JobRequest {
  readonly host: HostName;
  readonly command: 'backup' | 'verify';
  /** By the names of the flags, without their dashes; keys and passwords as texts. */
  readonly options: Readonly<Record<string, string>>;
  /** Where the job gets a folder of its own. */
  readonly folder: string;
  readonly surfaces: Surfaces;
}

/** A job as its host runs it, from the file that users copy. */
export interface StartedJob {
  /** Ends it as the host ends a job that is cancelled. */
  readonly cancel: () => void;
  readonly ended: Promise<CliEnd>;
}

export interface CliEnd {
  /** `null`: killed. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, as a host's log shows them. */
  readonly log: string;
  /** What the command left: `result.json`, `junit.xml`, `backup.env`, `metrics.txt`, `summary.md`, `output`, `task.json`. */
  readonly files: Readonly<Record<string, string>>;
}

const START: Readonly<Record<HostName, (request: JobRequest) => Promise<StartedJob>>> = {
  none: startProgram,
  airflow: startOperator,
  github: startAction,
  gitlab: startComponent,
  teamcity: startRecipe,
};

/** Runs a command as a job of the host; `cancelAfter`: cancels the job once this is fulfilled. */
export async function runInHost(request: JobRequest, cancelAfter?: () => Promise<void>): Promise<CliEnd> {
  const job = await START[request.host](request);
  if (cancelAfter !== undefined) {
    await cancelAfter();
    job.cancel();
  }
  return job.ended;
}

/** What a process said, and its exit status. */
export function endOf(child: ChildProcess): Promise<Pick<CliEnd, 'status' | 'stdout' | 'stderr' | 'log'>> {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (status) => done({ status, ...texts, log: texts.stdout + texts.stderr }));
  });
}
