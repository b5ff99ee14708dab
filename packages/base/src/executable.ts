import { access, constants, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a program is looked for without PATH. */
const DEFAULT_PATH = '/usr/bin:/bin';

/** The path of a program as execvp finds it. Errors: those of the file system for the first candidate. */
export async function findExecutable(file: string, path: string = DEFAULT_PATH): Promise<string> {
  const candidates = file.includes('/') ? [file] : path.split(':').map((folder) => join(folder || '.', file));
  let first: unknown;
  for (const candidate of candidates) {
    try {
      await access(candidate, constants.X_OK);
      if (!(await stat(candidate)).isDirectory()) return candidate;
    } catch (error) {
      first ??= error;
    }
  }
  throw first ?? Object.assign(new Error('is a directory'), { code: 'EACCES' });
}
