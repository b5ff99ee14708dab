import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Others get their turn when the machine was held for so long, milliseconds. */
const TURN_MS = 120_000;

/** Keeps the machine for us alone, as far as that was asked for. */
export interface Alone {
  /** Runs work while the machine is held, and keeps it for the next work unless others must get their turn. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Gives the machine back. */
  end(): Promise<void>;
}

/**
 * `command`, e.g. `flock /tmp/bench.lock`, runs the program that follows it once the machine is free. Without a command
 * the work simply runs.
 */
export function createAlone(command: string | undefined): Alone {
  if (command === undefined) return { run: (work) => work(), end: async () => undefined };
  let held: Held | undefined;
  const end = async (): Promise<void> => {
    await held?.release();
    held = undefined;
  };
  return {
    end,
    async run(work) {
      held ??= await hold(command);
      try {
        return await work();
      } finally {
        if (performance.now() - held.since > TURN_MS) await end();
      }
    },
  };
}

interface Held {
  readonly since: number;
  release(): Promise<void>;
}

async function hold(command: string): Promise<Held> {
  const script = `${command} sh -c 'echo held; read -r _'`;
  const holder = spawn('bash', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(holder, 'exit');
  holder.stdin.on('error', () => undefined);
  const first = await Promise.race([once(holder.stdout, 'data'), ended.then(() => undefined)]);
  if (first === undefined) throw new Error(`'${command}' ended instead of holding the machine`);
  return {
    since: performance.now(),
    release: async () => {
      holder.stdin.end('done\n');
      await ended;
    },
  };
}
