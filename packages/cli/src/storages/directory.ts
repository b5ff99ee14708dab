import { createLocalStorage, parseDirectory } from '@postgres-backuper/storage-local';
import type { StorageKind } from './storage-kind.ts';

/** A directory of this machine, also one that is mounted from another. */
export const DIRECTORY: StorageKind = {
  example: 'a directory, file:///directory',
  endsByItself: false,
  problem: () => undefined,
  open: async ({ location, clock }) => createLocalStorage({ directory: parseDirectory(location), clock }),
  oldFolders: (location) => ({ location, address: parseDirectory(location), folders: ['', 'backups/'] }),
  oldFile: () => undefined,
};
