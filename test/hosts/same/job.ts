import type { ChildProcess } from 'node:child_process';

export interface JobRequest {
  readonly command: 'backup' | 'verify';
  /** By the names of the flags, without their dashes; keys and passwords as texts. */
  readonly options: Readonly<Record<string, string>>;
  /** Where the job gets a folder of its own. */
  readonly folder: string;
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
