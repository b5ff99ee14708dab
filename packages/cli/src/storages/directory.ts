import { isAbsolute } from 'node:path';
import { detectHost, lossOf } from '@postgres-backuper/hosts';
import { createLocalStorage, parseDirectory } from '@postgres-backuper/storage-local';
import type { StorageKind } from './storage-kind.ts';

/** A directory of this machine, possibly mounted from another. */
export const DIRECTORY: StorageKind = {
  endsByItself: false,
  problem(location, environment) {
    if (/^~[^/]*(\/|$)/.test(location))
      return `: only a shell knows what '~' is, and left it in '${location}': write a path that begins with '/'`;
    if (/^file:/i.test(location) || isAbsolute(location) || detectHost(environment) === 'none') return undefined;
    return `: '${location}' is relative to the folder of the job, which does not outlive it: write a path that begins with '/'`;
  },
  loss(location, environment) {
    const reason = lossOf(detectHost(environment), parseDirectory(location), environment);
    return reason && `the repository '${location}' will be lost: ${reason}`;
  },
  open: async ({ location, clock, warn }) =>
    createLocalStorage({ directory: parseDirectory(location), clock, ...(warn && { warn }) }),
  oldFolders: (location) => ({ location, address: parseDirectory(location), folders: ['', 'backups/'] }),
  oldFile: () => undefined,
};
