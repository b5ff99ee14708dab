import { renameSync, writeFileSync } from 'node:fs';
import { BackuperError } from '@postgres-backuper/core';

/** Writes the result in one step, so that a reader never sees half of it; returns the error instead of throwing it. */
export function writeResultFile(path: string, content: string): BackuperError | undefined {
  const partial = `${path}.${process.pid}.partial`;
  try {
    writeFileSync(partial, content, { mode: 0o600 });
    renameSync(partial, path);
    return undefined;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    return new BackuperError('configuration-invalid', `the result file '${path}' cannot be written (${code})`, {
      hint: 'give --result-file a path in a folder that exists and may be written',
    });
  }
}
