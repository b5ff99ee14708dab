import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Remark } from '@postgres-backuper/repository';

const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** Errors of file systems whose modes are those of their mount. */
const NO_MODES = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** Who owns a new file of ours, and what others may do with it, on a file system that keeps no modes. */
export interface Modeless {
  readonly owner: number;
  readonly mode: number;
}

/**
 * Makes a file that nobody else may use and looks what became of it. Undefined: the file system keeps modes and owners, or nothing
 * can be made there. The name of the file is none of an object's.
 */
export async function findModeless(folder: string): Promise<Modeless | undefined> {
  const path = join(folder, `~modes-${randomBytes(10).toString('hex')}`);
  const handle = await open(path, FLAGS, 0o600).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    await handle.chmod(0o600).catch(ignoreModeless);
    const { mode, uid } = await handle.stat();
    const isKept = (mode & 0o077) === 0 && uid === (process.geteuid?.() ?? uid);
    return isKept ? undefined : { owner: uid, mode: mode & 0o777 };
  } finally {
    await handle.close();
    await unlink(path).catch(() => undefined);
  }
}

/** The error of a chmod where the mount decides on modes is none. */
export function ignoreModeless(error: NodeJS.ErrnoException): void {
  if (!NO_MODES.includes(error.code ?? '')) throw error;
}

export function modelessRemark(directory: string, { owner, mode }: Modeless): Remark {
  return {
    text: `the file system of '${directory}' decides on modes and owners itself: whoever its mount lets in (mode ${mode.toString(8)}, user ${owner}) can change and delete the backups`,
    hint: 'mount it for the user of the backups alone, e.g. with the options uid= and umask=077 (CIFS: file_mode=0600, dir_mode=0700)',
  };
}
