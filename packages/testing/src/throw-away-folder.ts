import { readFileSync, statfsSync } from 'node:fs';

/** A folder in memory on most Linux systems; programs may be loaded from it where it is not mounted `noexec`. */
const IN_MEMORY = '/dev/shm';
/** What must be free for the servers of a whole run, bytes; their clusters take 40 MiB and more each. */
const NEEDED_BYTES = 4 * 1024 ** 3;

/**
 * Where clusters that nobody keeps belong: in memory where there is room, else in /tmp (a socket's path is short). Before
 * it makes a file, ext4 looks at each one deleted in the last seconds, and a database has hundreds.
 */
export function throwAwayFolder(): string {
  return hasRoom() ? IN_MEMORY : '/tmp';
}

function hasRoom(): boolean {
  try {
    const mount = readFileSync('/proc/mounts', 'utf8').match(/^\S+ \/dev\/shm tmpfs (\S+)/m);
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    return mount !== null && !mount[1]?.split(',').includes('noexec') && bavail * bsize >= NEEDED_BYTES;
  } catch {
    return false;
  }
}
