import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostName } from '../../../packages/hosts/src/host.ts';
import { HOSTS } from './hosts.ts';

const PROGRAM = process.env.PGBACKUPER_PROGRAM || join(import.meta.dirname, '../../../packages/cli/src/main.ts');

export interface CliRequest {
  readonly host: HostName;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where the job gets a folder of its own. */
  readonly folder: string;
  /** Cancels the job as the host does, once this is fulfilled. */
  readonly cancelAfter?: () => Promise<void>;
}

export interface CliEnd {
  /** `null`: killed. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, as a host's log shows them. */
  readonly log: string;
  /** What the command left in the job's folder, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** Runs the command line in a process of its own, as a job of the host: with its variables, and found by them. */
export async function runInHost({ host, args, env, folder, cancelAfter }: CliRequest): Promise<CliEnd> {
  const { environment, stop } = HOSTS[host];
  const job = await mkdtemp(join(folder, `${host}-`));
  const { PATH = '/usr/bin:/bin' } = process.env;
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH, HOME: folder, TMPDIR: folder, ...env, ...environment(job) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = endOf(child);
  if (cancelAfter !== undefined) {
    await cancelAfter();
    child.kill(stop);
  }
  const { status, stdout, stderr } = await said;
  const names = await readdir(job);
  const texts = await Promise.all(names.map(async (name) => [name, await readFile(join(job, name), 'utf8')] as const));
  return { status, stdout, stderr, log: stdout + stderr, files: Object.fromEntries(texts) };
}

function endOf(child: ChildProcess): Promise<Pick<CliEnd, 'status' | 'stdout' | 'stderr'>> {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (status) => done({ status, ...texts }));
  });
}
