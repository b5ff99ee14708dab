import { existsSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Start } from '@postgres-backuper/hosts';
import { settingsError } from '@postgres-backuper/options';

/** Those of the paths that exist. */
export function filesThere(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => existsSync(path));
}

/** Writes all files or none, over no other one. Errors: configuration-invalid. */
export async function writeNewFiles({ files, secretFiles = [] }: Start): Promise<void> {
  const made: string[] = [];
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(path), { recursive: true, mode: 0o755 });
      await writeFile(path, text, { flag: 'wx', mode: 0o600 });
      made.push(path);
      if (!secretFiles.includes(path)) await chmod(path, 0o644); // despite the umask
    }
  } catch (error) {
    for (const path of made) await rm(path, { force: true });
    const { code, path = '' } = error as NodeJS.ErrnoException;
    throw settingsError([`'${path}' cannot be written (${code})`], 'begin in a folder that this user can write to');
  }
}
