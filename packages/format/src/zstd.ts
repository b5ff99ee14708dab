import { promisify } from 'node:util';
import { constants, createZstdDecompress, zstdCompress, zstdDecompress } from 'node:zlib';
import { wrong } from './shape.ts';
import { frameFault } from './zstd-frame.ts';

const compressAsync = promisify(zstdCompress);
const decompressAsync = promisify(zstdDecompress);

/** A frame may state a wrong size. */
const LARGEST_CHUNK_BYTES = 64 * 1024 * 1024;

/** Compresses a document: exactly one zstd frame, level 3, with checksum. */
export async function compressDocument(plain: Uint8Array): Promise<Uint8Array> {
  return compressAsync(plain, {
    pledgedSrcSize: plain.length,
    params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 },
  });
}

/**
 * The plaintext of exactly one zstd frame with checksum, at most `maxBytes` long. Node's decoder alone would drop a
 * second frame and trailing bytes without a word (nodejs/node#64741). Throws ShapeError or zlib's errors.
 */
export async function decompress(frame: Uint8Array, { maxBytes }: { readonly maxBytes: number }): Promise<Uint8Array> {
  const contentBytes = check(frame, maxBytes);
  return decompressAsync(frame, { chunkSize: roomFor(contentBytes), maxOutputLength: Math.max(1, maxBytes) });
}

/** As `decompress`, in chunks: memory stays bounded. An abort ends it with the signal's reason. */
export async function* decompressChunks(
  frame: Uint8Array,
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<Buffer> {
  check(frame, maxBytes);
  const stream = createZstdDecompress();
  stream.end(frame);
  let total = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    signal?.throwIfAborted();
    total += chunk.length;
    if (total > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}

/** One buffer for the whole content where the frame states its size: no copies. The spare room shows that it ended. */
function roomFor(contentBytes: number): number {
  return Math.min(contentBytes, LARGEST_CHUNK_BYTES) + 1024;
}

function check(frame: Uint8Array, maxBytes: number): number {
  const { fault, contentBytes = 0 } = frameFault(frame);
  if (fault !== undefined) throw wrong('', fault);
  if (contentBytes > maxBytes) throw tooLarge(maxBytes);
  return contentBytes;
}

function tooLarge(maxBytes: number): Error {
  return wrong('', `has more than ${maxBytes} bytes when decompressed`);
}
