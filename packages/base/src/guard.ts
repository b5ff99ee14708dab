import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';

const SHELL = '/bin/sh';
/** The file descriptor that connects a program to the guard. */
const CHANNEL_FD = 3;

/** Keeps a list of process groups. Its input ends when no writer is left: then it kills all listed groups. */
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
 * Registers the process group with the guard before exec starts the program. The guard's input stays open until then:
 * whenever this process is killed, the guard knows each program that was started or is about to start.
 */
const REGISTER = `echo "+$$" >&${CHANNEL_FD} && exec ${CHANNEL_FD}>&- && exec "$@"`;

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** A helper process that kills all programs that outlive this process, even after SIGKILL. */
export interface Guard {
  /** Pass it as descriptor 3 to each command from `wrap`. */
  readonly channel: Socket;
  /** The command that registers its process group before it runs the program. The process must lead a group. */
  wrap(command: Command): Command;
  /** Call it when the group's leader ended: its number may be reused. */
  forget(group: number): void;
}

let current: Promise<Guard | undefined> | undefined;

/** The guard of this process, shared by all programs; restarted when it was killed. Undefined without a shell. */
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
