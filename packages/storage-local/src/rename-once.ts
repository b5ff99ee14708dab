import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { BackuperError } from '@postgres-backuper/base';
import { ignoreMissing } from './file-error.ts';
import { UNFINISHED } from './key-path.ts';

/** Flags of open: a file that is not there yet. */
export const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

export interface Renaming {
  readonly base: string;
  readonly unfinished: string;
  /** Below `base`. */
  readonly path: string;
}

/**
 * A rename replaces what is there: so only who makes the claim of the path may look and rename. Other machines may have
 * the same directory elsewhere. Errors: EEXIST for a path that is there, storage-unavailable for one that is claimed,
 * those of the system.
 */
export async function renameOnce({ base, unfinished, path }: Renaming): Promise<void> {
  const claim = join(base, UNFINISHED, createHash('sha256').update(relative(base, path)).digest('hex'));
  const handle = await open(claim, NEW_FILE, 0o600).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? claimed(path) : error;
  });
  try {
    const found = await lstat(path).catch(ignoreMissing);
    if (found !== undefined) throw Object.assign(new Error('file exists'), { code: 'EEXIST' });
    await rename(unfinished, path);
  } finally {
    await handle.close();
    await rm(claim, { force: true });
  }
}

function claimed(path: string): BackuperError {
  return new BackuperError('storage-unavailable', `'${path}' is being stored by another command`, {
    hint: 'try again; the claim of a command that was killed is removed after a day',
  });
}
