import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const PREFIX = 'postgres-backuper-';
/** `postgres-backuper-PLACE-PID-START-XXXXXX` */
const NAME = /^postgres-backuper-([0-9a-f]{8})-(\d+)-(\d+)-\w{6}$/;

/**
 * Makes a private folder whose name identifies its owner: this boot and PID namespace, the process ID, and the start of
 * the process, since a process ID may be reused. Errors: those of the file system.
 */
export function makeTempFolder(base: string): string {
  const place = placeOfProcesses();
  const start = beginOf(process.pid);
  return mkdtempSync(join(base, place && start ? `${PREFIX}${place}-${process.pid}-${start}-` : PREFIX));
}

/**
 * Removes the folders of killed processes: only those of this user whose process would be visible from here and is gone.
 * A folder that cannot be removed stays.
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

/** Follows no link. Other users cannot write into these folders. */
function remove(path: string): void {
  try {
    const stat = lstatSync(path);
    if (!stat.isDirectory() || stat.uid !== process.getuid?.() || (stat.mode & 0o022) !== 0) return;
    rmSync(path, { recursive: true, force: true });
  } catch {
    // another run removed it, or may do so later
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Identifies the set of visible processes; undefined where the system does not report it (not Linux). */
function placeOfProcesses(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    const namespace = readlinkSync('/proc/self/ns/pid');
    return createHash('sha256').update(`${boot} ${namespace}`).digest('hex').slice(0, 8);
  } catch {
    return undefined;
  }
}

/** When a process began, in clock ticks since boot; undefined: no such process. */
function beginOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]; // the name before it may hold any character
  } catch {
    return undefined;
  }
}
