import { BackuperError, mapConcurrently } from '@postgres-backuper/base';
import { ignoreMissing, refuseLinks } from './key-path.ts';
import { STATUS, statusOf } from './request-error.ts';
import type { Session } from './session.ts';

/** Bytes of one file requested ahead: enough for a network of 100 MB/s and 20 ms. */
const AHEAD_BYTES = 2 * 1024 * 1024;

export interface ReadRequest {
  readonly base: string;
  readonly key: string;
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The whole content of a regular file; a link or a pipe is never opened. Errors: object-missing, object-too-large,
 * storage-unsafe.
 */
export async function readObject(session: Session, { base, key, maxBytes, signal }: ReadRequest): Promise<Buffer> {
  const path = `${base}/${key}`;
  const [info] = await Promise.all([session.lstat(path).catch(ignoreMissing), refuseLinks(session, base, key)]);
  if (info === undefined) throw missing(key);
  if (info.isSymbolicLink()) throw linked(key);
  if (!info.isFile()) throw new BackuperError('storage-unsafe', `'${key}' is not a regular file`);
  if (info.size > maxBytes) throw tooLarge(key, info.size, maxBytes);
  signal?.throwIfAborted();
  const handle = await session.open(path, 'r').catch((error: unknown) => {
    throw statusOf(error) === STATUS.missing ? missing(key) : error;
  });
  try {
    return await readAll(session, handle, { sizeBytes: info.size, signal });
  } finally {
    session.close(handle).catch(() => undefined);
  }
}

async function readAll(
  session: Session,
  handle: Buffer,
  { sizeBytes, signal }: { readonly sizeBytes: number; readonly signal: AbortSignal | undefined },
): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(sizeBytes);
  const { chunkBytes } = session;
  const starts = Array.from({ length: Math.ceil(sizeBytes / chunkBytes) }, (_, index) => index * chunkBytes);
  const ends = await mapConcurrently(starts, Math.max(1, Math.floor(AHEAD_BYTES / chunkBytes)), async (at) => {
    signal?.throwIfAborted();
    const part = bytes.subarray(at, at + chunkBytes);
    const got = await readPart(session, handle, { into: part, at });
    return got < part.length ? at + got : sizeBytes;
  });
  const end = Math.min(sizeBytes, ...ends); // less if the file became shorter meanwhile
  return end === sizeBytes ? bytes : bytes.subarray(0, end);
}

/** A server may return fewer bytes than requested. */
async function readPart(session: Session, handle: Buffer, { into, at }: { into: Buffer; at: number }): Promise<number> {
  let done = 0;
  while (done < into.length) {
    const got = await session.read(handle, into.subarray(done), at + done);
    if (got === 0) return done;
    done += got;
  }
  return done;
}

/** The error for a missing object. */
export function missing(key: string): BackuperError {
  return new BackuperError('object-missing', `'${key}' is not in the repository`, {
    hint: 'verify the backup: it cannot be restored without this object',
  });
}

function linked(key: string): BackuperError {
  return new BackuperError('storage-unsafe', `object '${key}' is a symbolic link`, {
    hint: 'put the file itself in the place of the link: a repository holds its own files only',
  });
}

function tooLarge(key: string, sizeBytes: number, maxBytes: number): BackuperError {
  return new BackuperError('object-too-large', `'${key}' has ${sizeBytes} bytes, more than the ${maxBytes} expected`, {
    hint: 'the object was altered or is not ours: verify the backup',
  });
}
