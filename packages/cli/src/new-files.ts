import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BackuperError } from '@postgres-backuper/core';

export interface NewFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

/** Writes files that must not be there before; none of them when one is. Errors: configuration-invalid. */
export function writeNewFiles(files: readonly NewFile[]): void {
  const existing = files.find(({ path }) => existsSync(path));
  if (existing !== undefined) throw unwritable(existing.path, 'is there already');
  for (const { path, content, mode } of files) {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, content, { mode, flag: 'wx' });
      chmodSync(path, mode);
    } catch (error) {
      throw unwritable(path, `cannot be written (${(error as NodeJS.ErrnoException).code})`);
    }
  }
}

function unwritable(path: string, why: string): BackuperError {
  return new BackuperError('configuration-invalid', `'${path}' ${why}`, {
    hint: 'choose another folder with --output; a key that backups were made for is never overwritten',
  });
}
