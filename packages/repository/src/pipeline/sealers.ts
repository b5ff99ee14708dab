import { createGate } from '@postgres-backuper/base';
import type { Cipher } from '../cipher.ts';
import type { Sealers } from './held-object.ts';
import { seal } from './seal.ts';
import { startSealThreads } from './seal-threads.ts';
import type { Threads } from './threads.ts';

/**
 * Seals in threads if there is a program for them and the cipher allows it, else in the thread pool of Node. The first
 * bytes, up to those of a segment, are sealed before threads start, which would take longer than a small database.
 */
export function createSealers(
  cipher: Cipher,
  { threads, segmentBytes }: { readonly threads: Threads | undefined; readonly segmentBytes: number },
): Sealers {
  const pool = inThreadPool(cipher);
  const { envelope } = cipher;
  if (threads === undefined || envelope === undefined) return pool;
  let roomBytes = segmentBytes;
  let started: Sealers | undefined;
  return {
    count: threads.count,
    seal: (segment) => {
      roomBytes -= segment.plaintext.length;
      if (roomBytes >= 0) return pool.seal(segment);
      started ??= startSealThreads(threads, { envelope, segmentBytes });
      return started.seal(segment);
    },
    close: async () => started?.close(),
  };
}

const IN_POOL = 2;

/** The pool has more threads; levels above the first take memory in each. */
function inThreadPool(cipher: Cipher): Sealers {
  const gate = createGate(IN_POOL);
  return {
    count: IN_POOL,
    seal: async ({ plaintext, ...how }) => {
      const begin = () => seal(plaintext, { cipher, ...how });
      const sealed = await (how.level === 1 ? begin() : gate(begin));
      return { ...sealed, release: () => undefined };
    },
    close: async () => undefined,
  };
}
