import { pipeline, Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { BackuperError, isBackuperError } from '@postgres-backuper/base';
import { type ByteReader, createByteReader } from './byte-reader.ts';

const MAGIC = 0xfd2fb528;
const CHECKSUM_BYTES = 4;
const RLE = 1;
/** Pieces of a skippable frame. */
const SKIP_BYTES = 1024 * 1024;

/**
 * The content of all frames of a zstd file. Node's decoder ends after the first frame and says nothing about the bytes
 * behind it, so each frame (RFC 8878, 3.1) gets a decoder of its own. Errors: object-altered, those of `bytes`.
 */
export async function* unzstd(bytes: AsyncIterable<Buffer>, source: string): AsyncGenerator<Buffer> {
  const file = { reader: createByteReader(bytes), source };
  for (;;) {
    const magic = await file.reader.take(4);
    if (magic.length === 0) return;
    const kind = magic.length < 4 ? undefined : magic.readUInt32LE();
    if (kind === undefined) throw incomplete(source);
    if (isSkippable(kind)) await skip(file);
    else if (kind === MAGIC) yield* decode(frame(magic, file), source);
    else throw damaged(source, 'it holds other bytes than zstd data');
  }
}

interface ZstdFile {
  readonly reader: ByteReader;
  readonly source: string;
}

async function* decode(bytes: AsyncIterable<Buffer>, source: string): AsyncGenerator<Buffer> {
  const unpacked = createZstdDecompress();
  pipeline(Readable.from(bytes), unpacked, () => undefined); // the loop throws the error of either
  try {
    yield* unpacked;
  } catch (cause) {
    throw isBackuperError(cause) ? cause : decoderError(cause, source);
  }
}

/** The bytes of one frame. */
async function* frame(magic: Buffer, { reader, source }: ZstdFile): AsyncGenerator<Buffer> {
  const descriptor = await exactly(1, { reader, source });
  const first = descriptor[0] ?? 0;
  const header = await exactly(headerBytes(first), { reader, source });
  yield Buffer.concat([magic, descriptor, header]);
  for (;;) {
    const head = await exactly(3, { reader, source });
    const block = head.readUIntLE(0, 3);
    yield head;
    yield await exactly(((block >> 1) & 3) === RLE ? 1 : block >> 3, { reader, source });
    if (block & 1) break;
  }
  if (first & 4) yield await exactly(CHECKSUM_BYTES, { reader, source });
}

/** Length of a frame's header after its first byte. */
function headerBytes(descriptor: number): number {
  const isSingle = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  return (isSingle ? 0 : 1) + dictionaryBytes + ([isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0);
}

function isSkippable(magic: number): boolean {
  return magic >>> 4 === 0x184d2a5;
}

async function skip(file: ZstdFile): Promise<void> {
  const size = await exactly(4, file);
  for (let left = size.readUInt32LE(); left > 0; left -= SKIP_BYTES) await exactly(Math.min(left, SKIP_BYTES), file);
}

async function exactly(count: number, { reader, source }: ZstdFile): Promise<Buffer> {
  const taken = await reader.take(count);
  if (taken.length < count) throw incomplete(source);
  return taken;
}

function decoderError(cause: unknown, source: string): BackuperError {
  const { code = '' } = cause as NodeJS.ErrnoException;
  if (/window_?too_?large/i.test(code)) {
    return new BackuperError('usage-invalid', `'${source}' was packed with a window that takes more than 128 MiB`, {
      hint: 'unpack it with zstd -d --long=31 first',
      cause,
    });
  }
  return damaged(source, /checksum/.test(code) ? 'its checksum is another one' : 'it is no good zstd data', cause);
}

function incomplete(source: string): BackuperError {
  return new BackuperError('object-altered', `'${source}' is incomplete: its zstd data end too soon`, {
    hint: 'copy it again, or use an older one',
  });
}

function damaged(source: string, why: string, cause?: unknown): BackuperError {
  return new BackuperError('object-altered', `'${source}' is damaged: ${why}`, {
    hint: 'copy it again, or use an older one',
    cause,
  });
}
