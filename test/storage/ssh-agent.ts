import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '@postgres-backuper/testing';

/** An ssh-agent of its own, which holds one key. */
export async function startAgent(keyFile: string): Promise<{ readonly socket: string; stop(): void }> {
  const socket = join(await mkdtemp(join(tmpdir(), 'ssh-agent-')), 'socket');
  const child: ChildProcess = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  for (let tries = 0; tries < 3000 && !existsSync(socket); tries += 1) await sleep(20);
  await run('ssh-add', ['-q', keyFile], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
  return { socket, stop: () => void child.kill() };
}
