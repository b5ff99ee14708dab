/** True when a call that never returns was left behind: it would keep the process from ending by itself. */
export const isStuck = { value: false };

/**
 * Ends this process. Node waits for calls of the file system that are under way; a process that becomes another one
 * does not.
 */
export function endProcess(status: number): never {
  if (isStuck.value) process.execve?.('/bin/sh', ['sh', '-c', `exit ${status}`], {});
  process.exit(status);
}
