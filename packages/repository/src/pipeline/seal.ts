import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync } from 'node:zlib';
import { freeMemory } from '@postgres-backuper/base/own-memory';
import type { Cipher, Envelope } from '../cipher.ts';

/** A segment to be compressed and encrypted. */
export interface SealRequest {
  readonly plaintext: Uint8Array;
  /** Also compute the MD5 of the stored bytes. */
  readonly md5: boolean;
  /** Of zstd, from 1. No frame says it. */
  readonly level: number;
}

/** One object as it is stored, with its digests. */
export interface SealedObject {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly md5?: string;
}

/** Writes the message of an envelope into a buffer and returns its length, bytes. Runs in a seal thread: no waiting. */
export type WriteMessage = (envelope: Envelope, plaintext: Uint8Array, into: Uint8Array) => number;

/** Room for the parts of a message besides its plaintext: keys for many recipients, headers. */
const ENVELOPE_BYTES = 64 * 1024;

/**
 * At level 1 the small hash table fits into the first-level cache. Levels are positive: -1 would silently mean level 3 in
 * Node. With room for the largest possible result zstd compresses in one step, without copies of its own. Measured:
 * docs/decisions/pipeline.md.
 */
function zstdOptions(plaintext: Uint8Array, level: number) {
  return {
    chunkSize: frameBytesMax(plaintext.length),
    pledgedSrcSize: plaintext.length,
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      ...(level === 1 ? { [constants.ZSTD_c_hashLog]: 13 } : {}),
      [constants.ZSTD_c_checksumFlag]: 1,
    },
  };
}

/** ZSTD_compressBound of zstd.h, and room for the checksum. */
function frameBytesMax(plainBytes: number): number {
  return plainBytes + Math.ceil(plainBytes / 256) + 1024;
}

/** Largest possible object made of `plainBytes`. */
export function sealedBytesMax(plainBytes: number): number {
  return frameBytesMax(plainBytes) + ENVELOPE_BYTES;
}

/** Plaintext → one zstd frame with checksum → one OpenPGP message, on this thread and Node's thread pool. */
export async function seal(
  plaintext: Uint8Array,
  { cipher, md5, level }: { cipher: Pick<Cipher, 'encrypt'>; md5: boolean; level: number },
): Promise<SealedObject> {
  const frame = await promisify(zstdCompress)(plaintext, zstdOptions(plaintext, level));
  return digestOf(await cipher.encrypt(frame), md5);
}

/** The same synchronously, into memory that is reused. The result's bytes are a view of `into`. */
export function sealInto(
  into: Uint8Array,
  { plaintext, envelope, md5, level }: SealRequest & { envelope: Envelope | undefined },
  writeMessage: WriteMessage,
): SealedObject {
  const frame = zstdCompressSync(plaintext, zstdOptions(plaintext, level));
  if (envelope === undefined) into.set(frame);
  const length = envelope === undefined ? frame.length : writeMessage(envelope, frame, into);
  freeMemory(frame);
  return digestOf(into.subarray(0, length), md5);
}

/** An object that is stored as it is, with its digests. */
export function digestOf(bytes: Uint8Array, md5: boolean): SealedObject {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return md5 ? { bytes, sha256, md5: createHash('md5').update(bytes).digest('hex') } : { bytes, sha256 };
}
