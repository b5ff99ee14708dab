import type { Cipher } from '../cipher.ts';
import { type SealedObject, seal } from './seal.ts';
import { startSealThreads } from './seal-threads.ts';
import type { Threads } from './threads.ts';

/** A sealed object whose memory is used again. */
export interface HeldObject extends SealedObject {
  /** To be called once, when the bytes are no longer needed. */
  release(): void;
}

export interface SealRequest {
  readonly plaintext: Uint8Array;
  /** Also take the MD5 of what is stored. */
  readonly md5: boolean;
}

/** Compresses and encrypts segments. */
export interface Sealers {
  /** How many are sealed at once. */
  readonly count: number;
  /** `plaintext` may be changed again when it resolves. Errors: those of Cipher.encrypt. */
  seal(request: SealRequest): Promise<HeldObject>;
  close(): Promise<void>;
}

/** Threads where there is a program for them and the cipher allows it, else the thread pool of Node. */
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
