import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Owner } from './postgres-cluster.ts';
import { tryRun } from './run.ts';
import { scramVerifier } from './scram-verifier.ts';
import { watch } from './watchdog.ts';

/** How long a server may take to start or to stop, milliseconds. */
const PATIENCE_MS = 60_000;

export interface ServerRequest {
  readonly binDir: string;
  readonly dataDir: string;
  /** Holds the socket and the log; removed by the watchdog. */
  readonly socketDir: string;
  readonly port: number;
  readonly owner: Owner;
  readonly settings: Readonly<Record<string, string>>;
  /** Set once the server answers. */
  readonly password: string;
  /** The password of a standby is that of its primary. */
  readonly isStandby: boolean;
}

/** A running postmaster. */
export interface ServerProcess {
  readonly pid: number;
  /** Sends the signal and waits for the end; stronger signals follow if the server continues. */
  end(signal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void>;
}

/** Starts a postmaster and waits until it answers; throws with its log when it ends or stays silent. */
export async function startServer(request: ServerRequest): Promise<ServerProcess> {
  const child = spawnServer(request);
  await once(child, 'spawn');
  const callOff = watch({ pid: child.pid as number, dir: request.socketDir });
  const server: ServerProcess = {
    pid: child.pid as number,
    end: async (signal) => {
      await endProcess(child, signal);
      callOff();
    },
  };
  try {
    await untilReady(child, request);
    return server;
  } catch (error) {
    await server.end('SIGKILL');
    throw error;
  }
}

/** Everything that the server logged. */
export function serverLog(request: Pick<ServerRequest, 'socketDir'>): string {
  return readFileSync(join(request.socketDir, 'log'), 'utf8');
}

function spawnServer(request: ServerRequest): ChildProcess {
  const { dataDir, socketDir, port, owner } = request;
  const settings = Object.entries({ fsync: 'off', ...request.settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const args = ['-D', dataDir, '-k', socketDir, '-h', '127.0.0.1', '-p', String(port), ...settings];
  // the library with which a standby connects would find the libpq of this machine, which may not know all of its options
  const libraries = { LD_LIBRARY_PATH: join(request.binDir, '../lib') };
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', ...libraries };
  const log = openSync(join(socketDir, 'log'), 'a');
  try {
    const stdio: ['ignore', number, number] = ['ignore', log, log];
    return spawn(join(request.binDir, 'postgres'), args, { ...owner, env, cwd: '/', detached: true, stdio });
  } finally {
    closeSync(log);
  }
}

async function untilReady(child: ChildProcess, request: ServerRequest): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  const input = request.isStandby ? 'SELECT 1;' : `ALTER ROLE postgres PASSWORD '${scramVerifier(request.password)}';`;
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', PGHOST: request.socketDir, PGPORT: String(request.port) };
  const args = ['-XqAt', '--no-password', '--username=postgres', '--dbname=postgres', '--set=ON_ERROR_STOP=1'];
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      throw new Error(`PostgreSQL does not start: ${serverLog(request)}`);
    }
    const answer = await tryRun(join(request.binDir, 'psql'), args, { env, input });
    if (answer.status === 0) return;
    await sleep(50);
  }
}

async function endProcess(child: ChildProcess, first: NodeJS.Signals): Promise<void> {
  const ended = once(child, 'exit');
  for (const signal of [first, 'SIGQUIT', 'SIGKILL'] as const) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await Promise.race([ended, sleep(PATIENCE_MS, undefined, { ref: false })]);
  }
}
