import { BackuperError } from '@postgres-backuper/base';
import { STATUS, statusOf } from './request-error.ts';
import type { Session } from './session.ts';

/** The folder of files that are not yet complete; no key starts with it. */
export const UNFINISHED = '.unfinished';

/** Whether a file's or folder's name can be part of a key; listings skip all others. */
export function isKeyPart(name: string): boolean {
  return /^[A-Za-z0-9._=-]+$/.test(name) && name !== '.' && name !== '..' && name !== UNFINISHED;
}

/** Errors: storage-unsafe for a key that could point outside the repository. */
export function requireKey(key: string): void {
  if (!key.split('/').every(isKeyPart)) throw new BackuperError('storage-unsafe', `'${key}' cannot be a key`);
}

/** Keys of the folders of an object: `a`, `a/b` of `a/b/c`. */
export function foldersOf(key: string): readonly string[] {
  const parts = key.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Errors: storage-unsafe where a folder on the way to the object is a symbolic link. Missing folders are fine. */
export async function refuseLinks(session: Session, base: string, key: string): Promise<void> {
  await Promise.all(
    foldersOf(key).map(async (folder) => {
      const info = await session.lstat(`${base}/${folder}`).catch(ignoreMissing);
      if (!info?.isSymbolicLink()) return;
      throw new BackuperError('storage-unsafe', `'${folder}' in '${base}' is a symbolic link`, {
        hint: 'remove the link: a repository holds its own folders only',
      });
    }),
  );
}

/** For a promise's `catch`: turns the error of a missing file into undefined. */
export function ignoreMissing(error: unknown): undefined {
  if (statusOf(error) !== STATUS.missing) throw error;
}
