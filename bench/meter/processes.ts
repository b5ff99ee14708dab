import { readdirSync, readFileSync } from 'node:fs';

/** Of one clock tick of /proc/PID/stat, seconds (USER_HZ is 100 on Linux). */
const TICK_S = 0.01;

/** CPU seconds of a process, and those of the children that it has reaped. 0 when there is none. */
export function cpuOf(pid: number): { readonly ownS: number; readonly reapedS: number } {
  const fields = read(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, reapedUser = 0, reapedSystem = 0] = fields.slice(11, 15);
  return { ownS: (user + system) * TICK_S, reapedS: (reapedUser + reapedSystem) * TICK_S };
}

/** CPU seconds of a server: itself, the children that it has reaped and those that live. */
export function cpuOfServer(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + cpuOf(each).ownS + cpuOf(each).reapedS, 0);
}

/** CPU seconds of the whole machine since its start, but for idle time. */
export function cpuOfMachine(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = read('/proc/stat')
    .slice(0, 200)
    .split(/\s+/, 9)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * TICK_S;
}

/** The process and everything that it started and that has not ended; a process that left its parent is missed. */
export function treeOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(treeOf)];
}

/** Memory of a process: now, and the most that it ever had. 0 when there is none. */
export function memoryOf(pid: number): { readonly bytes: number; readonly peakBytes: number } {
  const status = read(`/proc/${pid}/status`);
  const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  return { bytes: kib('VmRSS') * 1024, peakBytes: kib('VmHWM') * 1024 };
}

function childrenOf(pid: number): number[] {
  return entries(`/proc/${pid}/task`).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return ''; // it has ended
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
