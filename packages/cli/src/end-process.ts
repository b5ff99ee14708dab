/** True after a call that does not return was abandoned: it would keep the process from ending by itself. */
export const isStuck = { value: false };

/**
 * Ends this process. Node waits for running calls of the file system; a process that executes another program does
 * not.
 */
export function endProcess(status: number): never {
  if (isStuck.value) process.execve?.('/bin/sh', ['sh', '-c', `exit ${status}`], {});
  process.exit(status);
}
