import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Alignment of memory, offset and length: the largest block of today's disks. */
const BLOCK_BYTES = 4096;
/** For less, opening the file a second time does not pay. */
const SMALLEST_BYTES = 256 * 1024;
/** Undefined on systems without it. */
const DIRECT: number | undefined = constants.O_DIRECT;

/**
 * Writes the beginning of `body` to the beginning of the file without the page cache: it takes less CPU time and leaves the
 * cache to the database. Returns the number of bytes; 0 if memory or file system do not allow it. The caller writes the
 * rest, handles errors and calls fsync.
 */
export async function writeDirectly(path: string, body: Uint8Array): Promise<number> {
  if (DIRECT === undefined || body.byteOffset % BLOCK_BYTES !== 0 || body.length < SMALLEST_BYTES) return 0;
  try {
    const handle = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW | DIRECT);
    try {
      const { bytesWritten } = await handle.write(body, 0, body.length - (body.length % BLOCK_BYTES), 0);
      return bytesWritten;
    } finally {
      await handle.close();
    }
  } catch {
    return 0;
  }
}
