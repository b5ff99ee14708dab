import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { timedStart } from './start-times.ts';
import { watch } from './watchdog.ts';

/** How long a service may take to start or to stop, milliseconds. */
const PATIENCE_MS = 60_000;

const ENDED = 'ended before it was ready';
/** What PostgreSQL logs of a port that another program has. */
const TAKEN = 'Address already in use';

export interface ServiceRequest {
  readonly name: string;
  readonly program: string;
  /** Arguments, once the service's own folder is known: the place for files that it needs. */
  args(dir: string): readonly string[] | Promise<readonly string[]>;
  readonly env?: Readonly<Record<string, string>>;
  /** True once the service works; called repeatedly. */
  isReady(): Promise<boolean>;
}

export interface Service {
  readonly pid: number;
  /** The service's own folder, removed when it stops. */
  readonly dir: string;
  log(): string;
  /** Stops exactly this process. */
  stop(): Promise<void>;
}

/**
 * Starts a program with a folder of its own and waits until it works. Throws with its log when it ends or does not
 * answer. It ends with the calling process, however that ends.
 */
export function startService(request: ServiceRequest): Promise<Service> {
  return timedStart(request.name, () => start(request));
}

async function start(request: ServiceRequest): Promise<Service> {
  const dir = await mkdtemp(join(tmpdir(), `${request.name}-`));
  const child = spawnLogged(request, dir, await request.args(dir));
  await once(child, 'spawn');
  const callOff = watch({ pid: child.pid as number, dir });
  const log = () => readFileSync(join(dir, 'log'), 'utf8');
  const stop = async () => {
    await endChild(child);
    callOff();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await untilReady(request, child);
  } catch (error) {
    const said = log();
    await stop();
    throw new Error(`${request.name}: ${error instanceof Error ? error.message : error}\n${said.slice(-2000)}`);
  }
  return { pid: child.pid as number, dir, log, stop };
}

/** Starts again when the service ended at once: another program may have taken the port meanwhile. */
export async function untilPortIsFree<T>(start: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start();
    } catch (error) {
      if (tries === 3 || ![ENDED, TAKEN].some((text) => String(error).includes(text))) throw error;
    }
  }
}

function spawnLogged(request: ServiceRequest, dir: string, args: readonly string[]): ChildProcess {
  const log = openSync(join(dir, 'log'), 'a');
  try {
    const env = { PATH: '/usr/bin:/bin', HOME: dir, ...request.env };
    const stdio: ['ignore', number, number] = ['ignore', log, log];
    return spawn(request.program, [...args], { cwd: dir, env, detached: true, stdio });
  } finally {
    closeSync(log);
  }
}

async function untilReady(request: ServiceRequest, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await request.isReady().catch(() => false))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(ENDED);
    if (Date.now() > deadline) throw new Error('did not get ready');
    await sleep(50);
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await Promise.race([ended, sleep(5000, undefined, { ref: false })]);
  }
}
