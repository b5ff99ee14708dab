import { readFile, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { BackuperError } from '@postgres-backuper/base';
import { type MountTables, pointsOf, unmountedPoint } from './unmounted.ts';

/** What this machine mounts, and what is mounted; a text that cannot be read is empty. */
export async function readMountTables(): Promise<MountTables> {
  const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
  return { fstab: await read('/etc/fstab'), mounts: await read('/proc/self/mounts') };
}

/** Errors: storage-unmounted where the disk is missing that fstab(5) has at or above a directory. */
export async function requireMounted(directory: string, tables: () => Promise<MountTables>): Promise<void> {
  await stat(directory).catch(() => undefined); // mounts what is mounted at its first use
  const read = await tables();
  const points = pointsOf(read.fstab).map(async (one) => [one, await realDirectory(one)] as const);
  const real = new Map(await Promise.all(points));
  const point = unmountedPoint(await realDirectory(directory), read, (one) => real.get(one) ?? one);
  if (point === undefined) return;
  throw new BackuperError('storage-unmounted', `the disk of '${point}' is not mounted, and the repository is on it`, {
    hint: `run "mount ${point}", or remove its line from /etc/fstab if it is no longer a mount point`,
  });
}

/** Where a directory is, or would be: links are followed, also those that lead to what is missing. */
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

/** Links that lead to each other end there. */
const MAX_DEPTH = 100;
