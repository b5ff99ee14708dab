import { chmod, lstat, mkdir, open, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BackuperError } from '@postgres-backuper/base';
import { ignoreModeless } from './modeless.ts';

/**
 * Makes one folder with mode 0700, whatever the umask, durably; an existing one stays as it is. Errors: storage-unsafe for
 * a link in its place, through which writes and removals would reach another folder.
 */
export async function makePrivateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return requireFolder(folder);
    throw error;
  }
  await chmod(folder, 0o700).catch(ignoreModeless);
  await syncFolder(dirname(folder));
}

async function requireFolder(folder: string): Promise<void> {
  if ((await lstat(folder)).isDirectory()) return;
  throw new BackuperError('storage-unsafe', `'${folder}' is a link or a file, not a folder`, {
    hint: 'remove it: a repository holds its own folders only',
  });
}

/** Makes every missing folder between `base` and `folder`. */
export async function makePrivateFolders(base: string, folder: string): Promise<void> {
  if (folder === base) return;
  await makePrivateFolders(base, dirname(folder));
  await makePrivateFolder(folder);
}

/** Removes `folder` and its parents below `base` while they are empty. */
export async function removeEmptyFolders(base: string, folder: string): Promise<void> {
  for (let at = folder; at.length > base.length; at = dirname(at)) {
    const isGone = await rmdir(at).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
    );
    if (!isGone) return;
  }
}

/** Makes the names in a folder durable, if the file system can. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await handle.close();
  }
}
