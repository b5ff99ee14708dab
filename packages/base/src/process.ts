import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from './clock.ts';
import { collectStderr } from './collect-stderr.ts';
import { BackuperError } from './errors.ts';
import { findExecutable } from './executable.ts';
import { type Guard, openGuard } from './guard.ts';
import { programError } from './program-error.ts';
import { say } from './wording.ts';

/** How long a program may take to end after SIGTERM before it is killed, milliseconds. */
const KILL_AFTER_MS = 3000;
/** How long a program that was asked to end may take to close its session, milliseconds. */
const LEAVE_WITHIN_MS = 2000;
export interface ProgramRequest {
  readonly file: string;
  readonly args: readonly string[];
  /** The complete environment: an allow-list, nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: 'pipe' | 'ignore';
  readonly stdout?: 'pipe' | 'ignore' | number;
  /** Runs as another user; only root may ask for it. */
  readonly uid?: number;
  readonly gid?: number;
  /** Encoding of standard error, as PostgreSQL names it. Default: UTF-8, other bytes as one character each. */
  readonly encoding?: string;
  /** Called with each complete line of standard error. */
  readonly onStderrLine?: (line: string) => void;
}

export interface Program {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Ends the whole process group: SIGTERM, then SIGKILL. Idempotent. */
  stop(): void;
  /** For a program that was asked to end: waits briefly, so that its session ends properly, then stops the group. */
  leave(): Promise<ProgramEnd>;
  /** Resolves when the program ended for any reason; never rejects. */
  readonly ended: Promise<ProgramEnd>;
}

export interface ProgramEnd {
  readonly file: string;
  /** Exit status; null when a signal ended it. Only 0 is success. */
  readonly status: number | null;
  readonly signal: string | null;
  /** The last part of standard error; long lines are cut at their end. */
  readonly stderr: string;
}

/**
 * Starts a program in a process group of its own, so that a terminal's Ctrl-C reaches only us and an abort reaches
 * all of its children. The group ends with the program and with this process, even after SIGKILL: otherwise a pg_dump
 * without a reader would wait for ever and keep its locks and its snapshot. Errors: program-missing.
 */
export async function startProgram(
  request: ProgramRequest,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<Program> {
  signal.throwIfAborted();
  const guard = await openGuard();
  const command = { file: await locateProgram(request), args: request.args };
  const { file, args } = guard?.wrap(command) ?? command;
  const child = spawn(file, [...args], spawnOptions(request, guard));
  await started(child, request.file);
  const stderr = collectStderr(child.stderr as Readable, request);
  const group = -(child.pid as number);
  let stopping = false;
  const stop = (): void => {
    if (stopping || child.exitCode !== null || child.signalCode !== null) return;
    stopping = true;
    killGroup(group, 'SIGTERM');
    void clock.sleep(KILL_AFTER_MS, { idle: true }).then(() => killGroup(group, 'SIGKILL'));
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const ended = new Promise<ProgramEnd>((resolve) => {
    child.once('exit', (status, signalName) => {
      killGroup(group, 'SIGKILL'); // a worker of pg_dump that waits at a pipe outlives its leader
      guard?.forget(-group);
      signal.removeEventListener('abort', stop);
      // stderr may still hold the reason; a worker that outlives its leader must not keep us waiting for it
      void Promise.race([stderr.closed, clock.sleep(200, { idle: true })]).then(() =>
        resolve({ file: request.file, status, signal: signalName, stderr: stderr.text() }),
      );
    });
  });
  child.stdin?.on('error', () => undefined); // EPIPE: the program ended, and `ended` says why
  return {
    pid: child.pid as number,
    stdin: child.stdin as Writable,
    stdout: child.stdout as Readable,
    stop,
    leave() {
      void clock.sleep(LEAVE_WITHIN_MS, { idle: true }).then(stop);
      return ended;
    },
    ended,
  };
}

/**
 * Runs a program to its end and returns its standard output: bytes, until the caller knows their encoding.
 * Errors: program-missing, program-failed, cancelled.
 */
export async function runProgram(
  request: ProgramRequest & { readonly input?: string | Uint8Array },
  services: { clock: Clock; signal: AbortSignal },
): Promise<Buffer> {
  const program = await startProgram({ ...request, stdin: request.input === undefined ? 'ignore' : 'pipe' }, services);
  if (request.input !== undefined) program.stdin.end(request.input);
  const chunks: Buffer[] = [];
  for await (const chunk of program.stdout) chunks.push(chunk as Buffer);
  const end = await program.ended;
  services.signal.throwIfAborted();
  if (end.status !== 0) throw programError(end);
  return Buffer.concat(chunks);
}

/** Runs a program to its end: runProgram, or the runner of a host. */
export type RunProgram = typeof runProgram;

/** The services that running a program needs. */
export interface ProgramServices {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Default: runProgram. */
  readonly run?: RunProgram | undefined;
}

function spawnOptions(request: ProgramRequest, guard: Guard | undefined): SpawnOptions {
  return {
    env: { ...request.env },
    detached: true,
    ...(request.uid === undefined ? {} : { uid: request.uid }),
    ...(request.gid === undefined ? {} : { gid: request.gid }),
    stdio: [
      request.stdin ?? 'ignore',
      request.stdout ?? 'pipe',
      'pipe',
      ...(guard === undefined ? [] : [guard.channel]),
    ],
  };
}

/** The path of the program. Errors: program-missing. */
export async function locateProgram({ file, env }: Pick<ProgramRequest, 'file' | 'env'>): Promise<string> {
  return findExecutable(file, env.PATH).catch((cause: NodeJS.ErrnoException) => {
    throw cannotStart(file, cause);
  });
}

async function started(child: ChildProcess, file: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause: NodeJS.ErrnoException) => reject(cannotStart(file, cause)));
  });
}

function cannotStart(file: string, { code }: NodeJS.ErrnoException): BackuperError {
  return new BackuperError('program-missing', `program '${file}' cannot be started (${code ?? 'unknown reason'})`, {
    hint: `install it, or say where it is with ${say.option('pgBinDir')}`,
  });
}

function killGroup(group: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    // biome-ignore lint/style/noRestrictedGlobals: the only way in Node to signal a process group
    process.kill(group, signal);
  } catch {
    // the group is gone
  }
}
