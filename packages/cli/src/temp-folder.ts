import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const PREFIX = 'postgres-backuper-';
/** `postgres-backuper-PLACE-PID-START-XXXXXX` */
const NAME = /^postgres-backuper-([0-9a-f]{8})-(\d+)-(\d+)-\w{6}$/;

/**
 * Makes a private folder, whose name says whose it is: this boot and this namespace of process ids, the process, and
 * when it began, since a number may be given to another process. Errors: those of the file system.
 */
export function makeTempFolder(base: string): string {
  const place = placeOfProcesses();
  const start = beginOf(process.pid);
  return mkdtempSync(join(base, place && start ? `${PREFIX}${place}-${process.pid}-${start}-` : PREFIX));
}

/**
 * Removes the folders of processes that were killed before they could. Only those that are our user's own, and whose
 * process was one that could be seen from here and is gone. What cannot be removed stays.
 */
export function removeLeftFolders(base: string): void {
  const place = placeOfProcesses();
  if (place === undefined) return;
  for (const name of namesIn(base)) {
    const [, itsPlace, pid, start] = NAME.exec(name) ?? [];
    if (itsPlace !== place || beginOf(Number(pid)) === start) continue;
    remove(join(base, name));
  }
}

/** Follows no link. Others may write into none of these folders. */
function remove(path: string): void {
  try {
    const stat = lstatSync(path);
    if (!stat.isDirectory() || stat.uid !== process.getuid?.() || (stat.mode & 0o022) !== 0) return;
    rmSync(path, { recursive: true, force: true });
  } catch {
    // another run was faster, or may do it later
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Stands for the processes that this one can see; undefined where the system does not say (it is not Linux). */
function placeOfProcesses(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    const namespace = readlinkSync('/proc/self/ns/pid');
    return createHash('sha256').update(`${boot} ${namespace}`).digest('hex').slice(0, 8);
  } catch {
    return undefined;
  }
}

/** When a process began, in the system's ticks since its boot; undefined: there is no such process. */
function beginOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]; // the name before may hold anything
  } catch {
    return undefined;
  }
}
