import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { BACKUPER_PROGRAM, documentProblems, type Postgres, schemaProblems } from '@postgres-backuper/testing';

export interface CliEnd {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The variables that name a server, its superuser and the client programs that fit it. */
export function serverVariables({ host, port, user, password, binDir }: Postgres) {
  return { PG_HOST: host, PG_PORT: String(port), PG_USER: user, PG_PASSWORD: password, PG_BIN_DIR: binDir };
}

/**
 * Runs the command line with exactly this environment. `started` sees the process. What it writes as JSON is held to the
 * schemas in docs.
 */
export async function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  started: (child: ChildProcess) => void = () => undefined,
): Promise<CliEnd> {
  const end = await watch(begin(process.execPath, [BACKUPER_PROGRAM, ...args], env), started);
  const isDocument = args.includes('--json') && end.stdout.startsWith('{');
  const problems = isDocument ? documentProblems(JSON.parse(end.stdout)) : [];
  if (problems.length > 0) throw new Error(`${args[0]} --json is not what docs/schemas says: ${problems.join('; ')}`);
  return end;
}

/** Lines of the JSON log, held to their schema. */
export function logLines({ stderr }: CliEnd): readonly Readonly<Record<string, unknown>>[] {
  const lines = stderr.split('\n').filter(Boolean);
  return lines.map((line) => {
    const parsed = JSON.parse(line);
    const problems = schemaProblems('log-line', parsed);
    if (problems.length > 0) throw new Error(`${line}: ${problems.join('; ')}`);
    return parsed;
  });
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
