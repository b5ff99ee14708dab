import { extract, type Header } from 'tar-stream';
import { PIECE_FILE_NAME } from './file-name.ts';
import { invalid } from './json.ts';
import { wrong } from './shape.ts';
import { readTarHeader, TAR_BLOCK_BYTES, TAR_END_BYTES } from './tar.ts';
import { decompress } from './zstd.ts';

/** Largest segment, bytes of tar. */
export const SEGMENT_MAX_BYTES = 64 * 1024 * 1024;

/** A contiguous range of one file. */
export interface Piece {
  readonly file: string;
  /** Offset in its file, bytes. */
  readonly offset: number;
  readonly data: Buffer;
}

/**
 * The pieces of a segment from its decrypted frame, in the order of the tar; `key` is named in errors.
 * Errors: object-altered for anything but one zstd frame of a complete tar of pieces with names of ours.
 */
export async function parseSegment(frame: Uint8Array, { key }: { readonly key: string }): Promise<Piece[]> {
  try {
    return await readSegment(await decompress(frame, { maxBytes: SEGMENT_MAX_BYTES }));
  } catch (error) {
    throw invalid('object-altered', key, error);
  }
}

/** The pieces of a tar. Throws ShapeError or tar-stream's errors: use parseSegment for what comes from a storage. */
export async function readSegment(tar: Uint8Array): Promise<Piece[]> {
  checkEnd(tar);
  const pieces = readOwnTar(Buffer.from(tar.buffer, tar.byteOffset, tar.byteLength)) ?? (await readAnyTar(tar));
  const bytes = pieces.reduce((sum, { data }) => sum + TAR_BLOCK_BYTES + padded(data.length), 0);
  if (bytes + TAR_END_BYTES !== tar.length) throw wrong('', 'is not a complete tar of pieces');
  return pieces;
}

/** Views of the tar, without a copy; undefined unless every header is byte for byte one that we write. */
function readOwnTar(tar: Buffer): Piece[] | undefined {
  const pieces: Piece[] = [];
  const end = tar.length - TAR_END_BYTES;
  for (let at = 0; at < end; ) {
    const header = readTarHeader(tar, at);
    const from = at + TAR_BLOCK_BYTES;
    if (header === undefined || from + header.length > end) return undefined;
    const place = parseName(header.name);
    if (place === undefined) return undefined;
    pieces.push({ ...place, data: tar.subarray(from, from + header.length) });
    at = from + padded(header.length);
  }
  return pieces;
}

async function readAnyTar(tar: Uint8Array): Promise<Piece[]> {
  const reader = extract();
  reader.end(tar);
  const pieces: Piece[] = [];
  for await (const entry of reader) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry as AsyncIterable<Uint8Array>) chunks.push(chunk);
    pieces.push({ ...parseHeader(entry.header), data: Buffer.concat(chunks) });
  }
  return pieces;
}

function parseHeader({ name, type }: Header): { file: string; offset: number } {
  const place = type === 'file' ? parseName(name) : undefined;
  if (place === undefined) throw wrong('', `holds '${name.slice(0, 100)}', which no backup has`);
  return place;
}

function parseName(name: string): { file: string; offset: number } | undefined {
  const [file = '', digits = '', ...more] = name.split('/');
  const offset = Number(digits);
  const isPiece = PIECE_FILE_NAME.test(file) && /^\d{16}$/.test(digits) && more.length === 0;
  return isPiece && Number.isSafeInteger(offset) ? { file, offset } : undefined;
}

function padded(bytes: number): number {
  return Math.ceil(bytes / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
}

/** tar-stream accepts an archive that is truncated between two entries. */
function checkEnd(tar: Uint8Array): void {
  const end = tar.subarray(Math.max(0, tar.length - TAR_END_BYTES));
  if (tar.length % TAR_BLOCK_BYTES !== 0 || end.length !== TAR_END_BYTES || end.some((byte) => byte !== 0)) {
    throw wrong('', 'is a tar without its end');
  }
}
