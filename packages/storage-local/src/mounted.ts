import { readFile, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { BackuperError } from '@postgres-backuper/base';
import { type MountTables, pointsOf, unmountedPoint } from './unmounted.ts';

/** The configured and the current mounts of this machine; a text that cannot be read is empty. */
export async function readMountTables(): Promise<MountTables> {
  const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
  return { fstab: await read('/etc/fstab'), mounts: await read('/proc/self/mounts') };
}

/** Errors: storage-unmounted if fstab(5) has a mount at or above the directory that is not mounted. */
export async function requireMounted(directory: string, tables: () => Promise<MountTables>): Promise<void> {
  await stat(directory).catch(() => undefined); // triggers an automount
  const read = await tables();
  const points = pointsOf(read.fstab).map(async (one) => [one, await realDirectory(one)] as const);
  const real = new Map(await Promise.all(points));
  const point = unmountedPoint(await realDirectory(directory), read, (one) => real.get(one) ?? one);
  if (point === undefined) return;
  throw new BackuperError('storage-unmounted', `the disk of '${point}' is not mounted, and the repository is on it`, {
    hint: `run "mount ${point}", or remove its line from /etc/fstab if it is no longer a mount point`,
  });
}

/** The path of a directory without links, also of a missing one; links to missing folders are followed. */
async function realDirectory(path: string, depth = 0): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || depth > MAX_DEPTH || path === '/') return path;
  }
  const target = await readlink(path).catch(() => undefined);
  if (target !== undefined) return realDirectory(resolve(dirname(path), target), depth + 1);
  return join(await realDirectory(dirname(path), depth + 1), basename(path));
}

/** Ends a circle of links. */
const MAX_DEPTH = 100;
