import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { BackuperError } from '@postgres-backuper/base';
import { detectHost, lossOf } from '@postgres-backuper/hosts';
import { createLocalStorage, parseDirectory, unmountedPoint } from '@postgres-backuper/storage-local';
import type { StorageKind } from './storage-kind.ts';

/** A directory of this machine, also one that is mounted from another. */
export const DIRECTORY: StorageKind = {
  example: 'a directory, file:///directory',
  endsByItself: false,
  problem(location, environment) {
    if (/^file:/i.test(location) || isAbsolute(location) || detectHost(environment) === 'none') return undefined;
    return `: '${location}' is relative to the folder of the job, which does not outlive it: write a path that begins with '/'`;
  },
  loss(location, environment) {
    const reason = lossOf(detectHost(environment), parseDirectory(location), environment);
    return reason && `the repository '${location}' will be lost: ${reason}`;
  },
  async open({ location, clock }) {
    const directory = parseDirectory(location);
    await requireMounted(directory);
    return createLocalStorage({ directory, clock });
  },
  oldFolders: (location) => ({ location, address: parseDirectory(location), folders: ['', 'backups/'] }),
  oldFile: () => undefined,
};

/** Errors: storage-unmounted. Where a table cannot be read, as in most containers, nothing is known. */
async function requireMounted(directory: string): Promise<void> {
  const [fstab, mounts] = await Promise.all(
    ['/etc/fstab', '/proc/self/mounts'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  const point = unmountedPoint(directory, { fstab: mounts ? (fstab ?? '') : '', mounts: mounts ?? '' });
  if (point === undefined) return;
  throw new BackuperError('storage-unmounted', `the disk of '${point}' is not mounted, and the repository lies on it`, {
    hint: `run "mount ${point}", or take its line out of /etc/fstab where it is no mount point any more`,
  });
}
