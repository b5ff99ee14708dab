import { type SpawnOptions, spawn } from 'node:child_process';

export interface RunOptions extends Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid'> {
  /** Standard input; nothing by default. */
  readonly input?: string;
}

/** Runs a program to its end and returns its standard output. Another status than 0 throws with its output. */
export async function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const ended = await tryRun(file, args, options);
  if (ended.status === 0) return ended.stdout;
  throw new Error(`${file} ended with ${ended.status}: ${ended.stderr.trim() || ended.stdout.trim()}`);
}

/** Runs a program to its end, whatever its status (`-1`: it could not be started or a signal ended it). */
export async function tryRun(file: string, args: readonly string[], options: RunOptions = {}): Promise<RunEnd> {
  const { status, stdout, stderr } = await tryRunBytes(file, args, options);
  return { status, stdout: String(stdout), stderr: String(stderr) };
}

/** The same; its output may be in any encoding. */
export function tryRunBytes(file: string, args: readonly string[], options: RunOptions = {}): Promise<BytesEnd> {
  const { input, ...rest } = options;
  return new Promise((resolve) => {
    const child = spawn(file, [...args], { ...rest, stdio: ['pipe', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on('error', () => undefined); // EPIPE: the status says why
    child.stdin.end(input);
    const end = (status: number, why = '') =>
      resolve({ status, stdout: Buffer.concat(stdout), stderr: Buffer.concat([...stderr, Buffer.from(why)]) });
    child.once('error', (error) => end(-1, error.message));
    child.once('close', (status, signal) => end(status ?? -1, signal === null ? '' : `ended by ${signal}`));
  });
}

export interface RunEnd {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface BytesEnd {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}
