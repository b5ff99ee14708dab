import { randomBytes } from 'node:crypto';
import { mapConcurrently } from '@postgres-backuper/base';
import { removeEmptyFolders } from './folders.ts';
import { UNFINISHED } from './key-path.ts';
import { publish } from './publish.ts';
import type { Session } from './session.ts';
import { explained, explainedBytes } from './storage-full.ts';

/** Unanswered bytes of one file: enough for a network of 100 MB/s and 20 ms. */
const AHEAD_BYTES = 2 * 1024 * 1024;

export interface WriteRequest {
  readonly base: string;
  readonly key: string;
  readonly body: Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Creates an object with mode 0600 atomically. If the server has fsync, its bytes are durable before it gets its name, and
 * its name afterwards. Errors: object-exists for different bytes, storage-full, storage-denied.
 */
export async function writeObject(session: Session, request: WriteRequest): Promise<void> {
  const { base, key } = request;
  const unfinished = `${base}/${UNFINISHED}/${randomBytes(10).toString('hex')}`;
  try {
    await explained(session, base, () => writeAndPublish(session, unfinished, request));
  } catch (error) {
    await removeEmptyFolders(session, base, key).catch(() => undefined);
    throw error;
  } finally {
    await session.unlink(unfinished).catch(() => undefined); // renamed, or the connection is lost: removed a day later
  }
}

async function writeAndPublish(session: Session, unfinished: string, request: WriteRequest): Promise<void> {
  const { base, key, body, signal } = request;
  const syncs = session.offers('fsync');
  const handle = await session.open(unfinished, 'wx');
  let isClosed = false;
  try {
    await explainedBytes(session, base, async () => {
      await writeAll(session, handle, body, signal);
      if (syncs) return session.fsync(handle);
      isClosed = true;
      await session.close(handle); // a network file system may report only here that it is full
    });
    signal?.throwIfAborted();
    await publish(session, { base, key, unfinished, body });
    if (syncs) await session.fsync(handle);
  } finally {
    if (!isClosed) session.close(handle).catch(() => undefined); // answered in order, before later requests
  }
}

async function writeAll(session: Session, handle: Buffer, body: Uint8Array, signal?: AbortSignal): Promise<void> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const { chunkBytes } = session;
  const starts = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) => index * chunkBytes);
  await mapConcurrently(starts, Math.max(1, Math.floor(AHEAD_BYTES / chunkBytes)), (at) => {
    signal?.throwIfAborted();
    return session.write(handle, bytes.subarray(at, at + chunkBytes), at);
  });
}
