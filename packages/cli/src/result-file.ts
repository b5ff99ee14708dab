import { chmodSync, lstatSync, renameSync, writeFileSync } from 'node:fs';
import { BackuperError } from '@postgres-backuper/base';
import { type OptionName, say, shownPath } from '@postgres-backuper/options';

/**
 * Writes the file of that option atomically, but a device or a pipe as it is: root would put a file in its place. Returns the
 * error instead of throwing it.
 */
export function writeResultFile(option: OptionName, path: string, content: string | Buffer): BackuperError | undefined {
  const partial = `${path}.${process.pid}.partial`;
  try {
    if (isDevice(path)) {
      writeFileSync(path, content);
      return undefined;
    }
    writeFileSync(partial, content, { mode: 0o600 });
    if (option === 'metricsFile') chmodSync(partial, 0o644); // a node exporter is a user of its own
    renameSync(partial, path);
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

/** `/dev/stdout` is a link to what the process has as its output. */
function isDevice(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isSymbolicLink()) return /^\/(dev|proc)\//.test(path);
  return found?.isCharacterDevice() === true || found?.isFIFO() === true;
}
