import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Runs work while the machine is ours alone, as far as that was asked for. */
export type Alone = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * `command`, e.g. `flock /tmp/bench.lock`, runs the program that follows it once the machine is free; it is held while
 * the work goes on. Without a command the work simply runs.
 */
export function createAlone(command: string | undefined): Alone {
  if (command === undefined) return (work) => work();
  return async (work) => {
    const release = await hold(command);
    try {
      return await work();
    } finally {
      await release();
    }
  };
}

async function hold(command: string): Promise<() => Promise<void>> {
  const holder = spawn('bash', ['-c', `${command} sh -c 'echo held; read -r _'`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'exit');
  holder.stdin.on('error', () => undefined);
  const first = await Promise.race([once(holder.stdout, 'data'), ended.then(() => undefined)]);
  if (first === undefined) throw new Error(`'${command}' ended instead of holding the machine`);
  return async () => {
    holder.stdin.end('done\n');
    await ended;
  };
}
