import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { BackuperError } from '@postgres-backuper/base';

/** Never follows a link, never waits for the writer of a pipe. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A whole regular file. Errors: storage-unsafe (no regular file), object-too-large, those of the system. */
export async function readWholeFile(path: string, maxBytes: number): Promise<Buffer> {
  const handle = await open(path, FLAGS);
  try {
    const info = await handle.stat();
    if (!info.isFile()) throw new BackuperError('storage-unsafe', `'${path}' is not a regular file`);
    if (info.size > maxBytes) throw tooLarge(path, info.size, maxBytes);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function tooLarge(path: string, sizeBytes: number, maxBytes: number): BackuperError {
  return new BackuperError('object-too-large', `'${path}' has ${sizeBytes} bytes, more than the ${maxBytes} expected`, {
    hint: 'the object was altered or is not ours: verify the backup',
  });
}
