import { open } from 'node:fs/promises';
import { mapConcurrently } from '@postgres-backuper/base';

/** Files synced at once: many small ones share a disk's flushes. */
const AT_ONCE = 16;

/** Makes the content of files durable. Errors: those of the system. */
export async function syncFiles(paths: readonly string[]): Promise<void> {
  await mapConcurrently(paths, AT_ONCE, sync);
}

/** Makes the names in folders durable, where their file systems and rights allow it. Errors: those of the system. */
export async function syncFolders(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await sync(path).catch((error: unknown) => {
      if (!isErrno(error, 'EINVAL', 'ENOTSUP', 'EACCES', 'EPERM')) throw error;
    });
  }
}

/** Whether it is one of these errors of the system. */
export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
