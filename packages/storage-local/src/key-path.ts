import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BackuperError } from '@postgres-backuper/base';

/** The folder for unfinished files; no key starts with it. */
export const UNFINISHED = '.unfinished';

/** Whether a file's or folder's name can be part of a key; listings ignore all others. */
export function isKeyPart(name: string): boolean {
  return /^[A-Za-z0-9._=-]+$/.test(name) && name !== '.' && name !== '..' && name !== UNFINISHED;
}

/** The path of an object. Errors: storage-unsafe for a key that could lead out of the base directory. */
export function pathOfKey(base: string, key: string): string {
  if (!key.split('/').every(isKeyPart)) throw new BackuperError('storage-unsafe', `'${key}' cannot be a key`);
  return join(base, key);
}

/** Errors: storage-unsafe if a folder in the path of the object is a symbolic link. Missing folders are no error. */
export async function refuseLinks(base: string, path: string): Promise<void> {
  const folder = dirname(path);
  const real = await realpath(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return folder;
    throw error;
  });
  if (real === folder) return;
  throw new BackuperError('storage-unsafe', `'${folder}' is reached through a symbolic link below '${base}'`, {
    hint: 'remove the link: a repository holds its own folders only',
  });
}
