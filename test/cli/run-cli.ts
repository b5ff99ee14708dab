import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { BACKUPER_PROGRAM, type Postgres } from '@postgres-backuper/testing';

export interface CliEnd {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The variables that name a server, its superuser and the client programs that fit it. */
export function serverVariables({ host, port, user, password, binDir }: Postgres) {
  return { PG_HOST: host, PG_PORT: String(port), PG_USER: user, PG_PASSWORD: password, PG_BIN_DIR: binDir };
}

/** Runs the command line with exactly this environment. `started` sees the process. */
export function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  started: (child: ChildProcess) => void = () => undefined,
): Promise<CliEnd> {
  return watch(begin(process.execPath, [BACKUPER_PROGRAM, ...args], env), started);
}

/** The same as the child of another program, which may add to what it says on standard error. */
export function runUnder(
  [program = '', ...words]: readonly string[],
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<CliEnd> {
  return watch(begin(program, [...words, process.execPath, BACKUPER_PROGRAM, ...args], env));
}

function begin(file: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  return spawn(file, args, { env: { PATH: '/usr/bin:/bin', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
}

function watch(
  child: ChildProcessByStdio<null, Readable, Readable>,
  started: (child: ChildProcess) => void = () => undefined,
): Promise<CliEnd> {
  started(child);
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, ...texts })));
}
