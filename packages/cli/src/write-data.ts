import { fstatSync, write } from 'node:fs';
import { promisify } from 'node:util';
import { BackuperError } from '@postgres-backuper/base';

const STDOUT = 1;
const writeSome = promisify(write);

/**
 * Writes all bytes to standard output; false: its reader is gone. The process's own stream loses what a full disk does
 * not take of its last chunk, so it is used for pipes and terminals alone. Errors: storage-full, storage-failed.
 */
export async function writeData(bytes: Uint8Array): Promise<boolean> {
  try {
    await (isStream() ? writeToStream(bytes) : writeToFile(bytes));
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE' || code === 'ECONNRESET' || code === 'ERR_STREAM_DESTROYED') return false;
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
      throw new BackuperError('storage-full', `no space is left for standard output (${code})`, {
        hint: 'free space, or write to another place',
      });
    throw new BackuperError('storage-failed', `standard output cannot be written (${code})`, {
      hint: 'look where it leads to',
    });
  }
}

function isStream(): boolean {
  const stat = fstatSync(STDOUT);
  return process.stdout.isTTY === true || stat.isFIFO() || stat.isSocket();
}

function writeToStream(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

async function writeToFile(bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await writeSome(STDOUT, bytes, done, bytes.length - done, null);
    done += bytesWritten;
  }
}
