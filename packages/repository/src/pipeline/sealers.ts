import type { Cipher } from '../cipher.ts';
import type { Sealers } from './held-object.ts';
import { seal } from './seal.ts';
import { startSealThreads } from './seal-threads.ts';
import type { Threads } from './threads.ts';

/** Seals in threads if there is a program for them and the cipher allows it, else in the thread pool of Node. */
export function createSealers(
  cipher: Cipher,
  { threads, segmentBytes }: { readonly threads: Threads | undefined; readonly segmentBytes: number },
): Sealers {
  if (threads !== undefined && cipher.envelope !== undefined) {
    return startSealThreads(threads, { envelope: cipher.envelope, segmentBytes });
  }
  return {
    count: 2,
    seal: async ({ plaintext, md5 }) => ({ ...(await seal(plaintext, { cipher, md5 })), release: () => undefined }),
    close: async () => undefined,
  };
}
