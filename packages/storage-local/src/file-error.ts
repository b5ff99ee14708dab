import { BackuperError, type ErrorCode, isBackuperError } from '@postgres-backuper/base';

/** Our code and text for an error of the operating system. */
const CODES: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOSPC: ['storage-full', 'free some space, or shorten the retention and run prune'],
  EDQUOT: ['storage-full', 'raise the quota of this user, or shorten the retention and run prune'],
  EFBIG: ['storage-full', 'raise the limit of file sizes (ulimit -f), or choose smaller segments'],
  EACCES: ['storage-denied', 'run as the owner of the repository, or correct its owner and modes'],
  EPERM: ['storage-denied', 'run as the owner of the repository, or correct its owner and modes'],
  EROFS: ['storage-denied', 'mount the file system for writing'],
  ELOOP: ['storage-unsafe', 'remove the symbolic link: a repository holds its own files only'],
  ENOTDIR: ['storage-unsafe', 'choose a directory that holds nothing but the repository'],
  ESTALE: ['storage-unavailable', 'the network file system was exchanged below us: try again'],
};

/** Our error for a failed file operation; our own errors and aborts pass through. `what`: the operation, e.g. `store 'a/b'`. */
export function fileError(error: unknown, what: string, directory: string): Error {
  if (isBackuperError(error)) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return error as Error;
  const [ours, hint] = CODES[code] ?? ['storage-failed', 'look at the file system: the kernel log may say more'];
  return new BackuperError(ours, `cannot ${what} in '${directory}': ${message.split(',')[0]}`, { hint });
}

/** Runs a file operation; its errors become ours. */
export async function inDirectory<T>(what: string, directory: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw fileError(error, what, directory);
  }
}

/** The error of a file that is not there is none. */
export function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
