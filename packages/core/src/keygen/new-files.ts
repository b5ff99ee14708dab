import { mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BackuperError } from '@postgres-backuper/base';

export interface NewFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/**
 * Writes all files or none, over no other one, despite the umask; makes their folders, with `folderMode`. `hint`: what to
 * do where one cannot be written. Errors: configuration-invalid.
 */
export async function createNewFiles(
  files: readonly NewFile[],
  { folderMode, hint }: { readonly folderMode: number; readonly hint: string },
): Promise<void> {
  const made: string[] = [];
  try {
    for (const file of files) {
      await mkdir(dirname(file.path), { recursive: true, mode: folderMode }).catch((error) => {
        throw unwritable(dirname(file.path), error, hint);
      });
      await create(file).catch((error) => {
        throw unwritable(file.path, error, hint);
      });
      made.push(file.path);
    }
  } catch (error) {
    for (const path of made) await rm(path, { force: true });
    throw error;
  }
}

async function create({ path, text, mode }: NewFile): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.chmod(mode);
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** `hint`: what to do. */
export function unwritable(path: string, error: unknown, hint: string): BackuperError {
  const { code } = error as NodeJS.ErrnoException;
  const why = code === 'EEXIST' ? 'is there already' : `cannot be written (${code ?? 'unknown error'})`;
  return new BackuperError('configuration-invalid', `'${path}' ${why}`, { hint });
}
