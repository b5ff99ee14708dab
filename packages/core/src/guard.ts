import { spawn } from 'node:child_process';

/** Waits for a line; the end of its input without one means that whoever should have sent it is gone. */
const SCRIPT = 'read -r line || kill -s KILL -- "-$1"';

/**
 * Ends a process group when this process is gone, in whatever way, SIGKILL too: a pg_dump that waits for a reader would
 * wait for ever, with its locks and its snapshot. Returns a function that ends the guard. Without a shell there is none.
 */
export function guardGroup(group: number): () => void {
  const guard = spawn('/bin/sh', ['-c', SCRIPT, 'guard', String(group)], {
    env: {},
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const { stdin } = guard;
  guard.on('error', () => undefined);
  stdin.on('error', () => undefined);
  guard.unref();
  return () => void stdin.end('\n');
}
