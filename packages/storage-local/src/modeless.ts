import { randomBytes } from 'node:crypto';
import { lstat, open, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Remark } from '@postgres-backuper/repository';
import { UNFINISHED } from './key-path.ts';
import { NEW_FILE } from './rename-once.ts';

/** Errors of file systems whose modes are those of their mount. */
const NO_MODES = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** Who owns a new file of ours, and what others may do with it, on a file system that keeps no modes. */
export interface Modeless {
  readonly owner: number;
  readonly mode: number;
}

/**
 * Makes a file that nobody else may use and looks what became of it. Undefined: the file system keeps modes and owners.
 * The name of the file is none of an object's. Errors: those of the system, where nothing can be made.
 */
export async function findModeless(folder: string): Promise<Modeless | undefined> {
  const path = join(folder, `~modes-${randomBytes(10).toString('hex')}`);
  const handle = await open(path, NEW_FILE, 0o600);
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

/** Types of file systems whose mount may decide on modes (statfs): FAT, exFAT, NTFS, NTFS3, SMB, CIFS, SMB2, FUSE. */
const MOUNT_DECIDES = new Set([0x4d44, 0x2011bab0, 0x5346544e, 0x7366746e, 0x517b, 0xff534d42, 0xfe534d42, 0x65735546]);

/**
 * As findModeless, without writing: judged by the folder that is made with mode 0700 in each repository. On any other
 * type of file system the modes that are seen are those that were set. Undefined also where it cannot be told.
 */
export async function seeModeless(folder: string): Promise<Modeless | undefined> {
  const { type } = await statfs(folder);
  const info = await lstat(join(folder, UNFINISHED)).catch(() => undefined);
  if (!MOUNT_DECIDES.has(type >>> 0) || info === undefined || !info.isDirectory()) return undefined;
  return (info.mode & 0o077) === 0 ? undefined : { owner: info.uid, mode: info.mode & 0o777 };
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
