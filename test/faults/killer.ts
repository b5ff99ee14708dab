import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BACKUPER_PROGRAM, tryRun } from '@postgres-backuper/testing';
import { begin, type Workplace } from '../bad-input/harness.ts';
import type { Random } from './form.ts';

/** Starts a command and kills it; false when it had ended well before. */
export type Kill = (workplace: Workplace) => Promise<boolean>;

/** Gets to know a command by a run that must end well, and says how it is killed from then on. */
export type Killer = (workplace: Workplace, args: readonly string[], random: Random) => Promise<Kill>;

/** SIGKILL to the command at a random moment of the time that it takes. */
export const atRandomMoments: Killer = async (workplace, args, random) => {
  const begun = performance.now();
  await ended(begin(workplace, args).child);
  const runMs = performance.now() - begun;
  return async (place) => {
    const { child } = begin(place, args);
    const end = once(child, 'close');
    await sleep((random.below(10_000) / 10_000) * runMs);
    child.kill('SIGKILL');
    const [status] = await end;
    return status !== 0;
  };
};

/** Those by which a command changes files, starts programs and talks to servers. */
const CALLS = [
  ...['openat', 'write', 'writev', 'pwrite64', 'fsync', 'link', 'linkat', 'rename', 'unlink', 'mkdir', 'rmdir'],
  ...['getdents64', 'statx', 'connect', 'sendto', 'execve', 'clone3'],
];

/** SIGKILL to a process of the run, the command or a program that it started, when it makes its nth system call of a kind. */
export const atSystemCalls: Killer = async (workplace, args, random) => {
  const points = [...(await callsOf(workplace, args))];
  return async (place) => {
    const [name, most] = random.pick(points);
    const inject = `inject=${name}:signal=KILL:when=${1 + random.below(most)}`;
    const child = trace(place, args, ['-o', '/dev/null', '-e', `trace=${name}`, '-e', inject]);
    const [status] = await once(child, 'close');
    return status !== 0;
  };
};

/** Why processes cannot be killed at system calls here; undefined where they can. */
export async function whyNoSystemCalls(): Promise<string | undefined> {
  const words = ['-f', '-o', '/dev/null', '-e', 'trace=execve', '-e', 'inject=execve:signal=KILL:when=2'];
  const { status, stderr } = await tryRun('strace', [...words, 'sh', '-c', 'exec true']);
  if (stderr.includes('SIGKILL')) return undefined;
  return status === -1 ? 'strace is not installed' : `strace cannot trace here: ${stderr.trim().split('\n')[0]}`;
}

/** How often a process or thread of the command makes each system call, at most. */
async function callsOf(workplace: Workplace, args: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'calls-'));
  const file = join(folder, 'trace');
  await ended(trace(workplace, args, ['--seccomp-bpf', '-o', file, '-e', `trace=${CALLS.join(',')}`]));
  const made = new Map<string, number>();
  for (const line of (await readFile(file, 'utf8')).split('\n')) {
    const key = /^\d+ +\w+(?=\()/.exec(line)?.[0].replace(/ +/, ' ');
    if (key !== undefined) made.set(key, (made.get(key) ?? 0) + 1);
  }
  await rm(folder, { recursive: true });
  const most = new Map<string, number>();
  for (const [key, times] of made) {
    const name = key.split(' ')[1] ?? '';
    most.set(name, Math.max(most.get(name) ?? 0, times));
  }
  return most;
}

function trace({ env }: Workplace, args: readonly string[], words: readonly string[]): ChildProcess {
  const all = ['-f', '-qq', ...words, process.execPath, BACKUPER_PROGRAM, ...args];
  return spawn('strace', all, { env, stdio: ['ignore', 'ignore', 'ignore'] });
}

async function ended(child: ChildProcess): Promise<void> {
  const [status, signal] = await once(child, 'close');
  if (status !== 0) throw new Error(`it ended with ${status ?? signal} though nobody killed it`);
}
