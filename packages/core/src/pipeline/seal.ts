import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import type { Cipher } from '../cipher.ts';

const compress = promisify(zstdCompress);
/** Fast; -1 would silently mean level 3 in Node. Measured in docs/decisions/pipeline.md. */
const ZSTD_LEVEL = 1;
const CHUNK_BYTES = 1024 * 1024;

export interface SealedObject {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly md5?: string;
}

/** Plaintext → one zstd frame with checksum → one OpenPGP message: the seam where worker threads may come in. */
export async function seal(
  plaintext: Uint8Array,
  { cipher, md5 }: { cipher: Cipher; md5: boolean },
): Promise<SealedObject> {
  const frame = await compress(plaintext, {
    chunkSize: CHUNK_BYTES,
    pledgedSrcSize: plaintext.length,
    params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL, [constants.ZSTD_c_checksumFlag]: 1 },
  });
  return digestOf(await cipher.encrypt(frame), md5);
}

/** An object that is stored as it is, with its digests. */
export function digestOf(bytes: Uint8Array, md5: boolean): SealedObject {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return md5 ? { bytes, sha256, md5: createHash('md5').update(bytes).digest('hex') } : { bytes, sha256 };
}
