import { randomBytes } from 'node:crypto';
import { closeSync, fchmodSync, lstatSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { BackuperError } from '@postgres-backuper/base';
import { type OptionName, say, shownPath } from '@postgres-backuper/options';

/**
 * Writes the file of that option atomically, but a device or a pipe as it is: root would put a file in its place. Returns the
 * error instead of throwing it.
 */
export function writeResultFile(option: OptionName, path: string, content: string | Buffer): BackuperError | undefined {
  try {
    if (isDevice(path)) {
      writeFileSync(path, content);
      return undefined;
    }
    replaceFile(path, content, option === 'metricsFile' ? 0o644 : 0o600); // a node exporter is a user of its own
    return undefined;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    return new BackuperError(
      'configuration-invalid',
      `the file${shownPath(path)} of ${say.given(option)} cannot be written (${code})`,
      {
        hint: 'give a path in a folder that exists and may be written',
      },
    );
  }
}

/** Others may write to the folder: no link that they put there is followed, and nothing is left of a full disk. */
function replaceFile(path: string, content: string | Buffer, mode: number): void {
  const partial = `${path}.${randomBytes(6).toString('hex')}.partial`;
  const fd = openSync(partial, 'wx', 0o600);
  try {
    try {
      writeFileSync(fd, content);
      fchmodSync(fd, mode);
    } finally {
      closeSync(fd);
    }
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

/** `/dev/stdout` is a link to what the process has as its output. */
function isDevice(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isSymbolicLink()) return /^\/(dev|proc)\//.test(path);
  return found?.isCharacterDevice() === true || found?.isFIFO() === true;
}
