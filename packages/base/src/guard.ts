import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';

const SHELL = '/bin/sh';
/** The place among a program's descriptors where it finds the guard. */
const CHANNEL_FD = 3;

/** Keeps process groups. Its input ends when nobody is left who could write to it: then it ends all that it has. */
const GUARD = `
groups=' '
while read -r line; do
  group=\${line#?}
  case $line in
    +*) groups="$groups$group " ;;
    -*) case $groups in *" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;; esac ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group"; done`;

/**
 * A program tells the guard its group before it becomes itself. It holds the guard's input until then: whenever this
 * process is killed, the guard knows each program that was started, or that will be.
 */
const REGISTER = `echo "+$$" >&${CHANNEL_FD} && exec ${CHANNEL_FD}>&- && exec "$@"`;

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** A process beside this one that ends all programs which outlive it, in whatever way it ended, SIGKILL too. */
export interface Guard {
  /** The descriptor number 3 of a program that is started as `wrap` says. */
  readonly channel: Socket;
  /** The same program, with its process group under guard from its begin. Its process must lead a group. */
  wrap(command: Command): Command;
  /** The group's leader ended; its number may soon mean another. */
  forget(group: number): void;
}

let current: Promise<Guard | undefined> | undefined;

/** The guard of this process; undefined: there is no shell. One for all programs; started anew when somebody ended it. */
export function openGuard(): Promise<Guard | undefined> {
  current ??= startGuard();
  return current;
}

async function startGuard(): Promise<Guard | undefined> {
  const child = spawn(SHELL, ['-c', GUARD, 'guard'], { env: {}, detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.once('exit', () => {
    current = undefined;
  });
  try {
    await once(child, 'spawn');
  } catch {
    return undefined;
  }
  return createGuard(child);
}

function createGuard(child: ChildProcess): Guard {
  const channel = child.stdin as Socket;
  channel.on('error', () => undefined); // EPIPE: the guard was ended
  child.unref();
  channel.unref();
  return {
    channel,
    wrap: ({ file, args }) => ({ file: SHELL, args: ['-c', REGISTER, 'start', file, ...args] }),
    forget: (group) => void channel.write(`-${group}\n`),
  };
}
