import { chmod, mkdir, open, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes one folder with mode 0700 whatever the umask, durably; one that exists is left as it is. */
export async function makePrivateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  await chmod(folder, 0o700);
  await syncFolder(dirname(folder));
}

/** Makes every missing folder between `base` and `folder`. */
export async function makePrivateFolders(base: string, folder: string): Promise<void> {
  if (folder === base) return;
  await makePrivateFolders(base, dirname(folder));
  await makePrivateFolder(folder);
}

/** Removes `folder` and its parents up to `base`, exclusive, as long as they are empty. */
export async function removeEmptyFolders(base: string, folder: string): Promise<void> {
  for (let at = folder; at.length > base.length; at = dirname(at)) {
    const isGone = await rmdir(at).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
    );
    if (!isGone) return;
  }
}

/** Makes the names in a folder durable, where the file system can. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await handle.close();
  }
}
