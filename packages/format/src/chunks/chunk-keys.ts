import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** Bytes of the secret that all keys of chunks are derived from. */
export const DEDUP_SECRET_BYTES = 32;

/** Bytes of a chunk's id. */
export const CHUNK_ID_BYTES = 16;

/** The keys of one secret. None of them decrypts a backup. */
export interface ChunkKeys {
  /** Where chunks are cut: 256 random numbers of 32 bits. */
  readonly gear: Int32Array;
  /** What ids are made with. */
  readonly id: KeyObject;
  /** What the index is encrypted with. */
  readonly index: KeyObject;
  /** What the mark of a full is encrypted with. */
  readonly mark: KeyObject;
}

/** Throws RangeError unless the secret has DEDUP_SECRET_BYTES. */
export function deriveChunkKeys(secret: Buffer): ChunkKeys {
  if (secret.length !== DEDUP_SECRET_BYTES) throw new RangeError(`a secret of ${secret.length} bytes`);
  return {
    gear: gearOf(derive(secret, 'gear', 1024)),
    id: createSecretKey(derive(secret, 'id', 32)),
    index: createSecretKey(derive(secret, 'index', 32)),
    mark: createSecretKey(derive(secret, 'mark', 32)),
  };
}

/** The id of a chunk that arrives in parts. */
export interface ChunkHash {
  update(part: Uint8Array): void;
  /** Once, at the chunk's end. */
  id(): Buffer;
}

/** A keyed id: without the key nobody can confirm a guessed chunk. */
export function createChunkHash({ id }: Pick<ChunkKeys, 'id'>): ChunkHash {
  const hmac = createHmac('sha256', id);
  return {
    update: (part) => void hmac.update(part),
    id: () => hmac.digest().subarray(0, CHUNK_ID_BYTES),
  };
}

/** The id of a whole chunk. */
export function chunkId(parts: readonly Uint8Array[], keys: Pick<ChunkKeys, 'id'>): Buffer {
  const hash = createChunkHash(keys);
  for (const part of parts) hash.update(part);
  return hash.id();
}

function derive(secret: Buffer, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `postgres-backuper chunks v1 ${purpose}`, bytes));
}

/** The same on machines of either byte order. */
function gearOf(bytes: Buffer): Int32Array {
  return Int32Array.from({ length: 256 }, (_, index) => bytes.readInt32LE(index * 4));
}
