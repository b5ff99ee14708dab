export const TAR_BLOCK_BYTES = 512;
/** Two blocks of zeros end an archive. */
export const TAR_END_BYTES = 2 * TAR_BLOCK_BYTES;

/** A contiguous range of one file of the dump. */
export interface PieceHeader {
  readonly file: string;
  /** Offset of the piece in its file, bytes. */
  readonly offset: number;
  readonly length: number;
}

/** `3456.dat/0000000016777216`: pieces of a file sort in its order. */
export function pieceName(file: string, offset: number): string {
  return `${file}/${String(offset).padStart(16, '0')}`;
}

/** The two fields in which headers differ, besides their checksum. */
const NAME = { from: 0, to: 100 } as const;
const LENGTH = { from: 124, to: 136 } as const;
/** The bytes equal in all headers, computed once: there may be a header for each small table. Checksum: blanks. */
const COMMON = commonHeader();
const COMMON_SUM = sumOf(COMMON, { from: 0, to: TAR_BLOCK_BYTES });

/** Writes the ustar header of a piece; its data follow at `at + 512`. */
export function writeTarHeader(tar: Buffer, at: number, piece: PieceHeader): void {
  writeHeader(tar.subarray(at, at + TAR_BLOCK_BYTES), pieceName(piece.file, piece.offset), piece.length);
  padWithZeros(tar, at + TAR_BLOCK_BYTES + piece.length);
}

/** The name and length of a header at `at`; undefined unless it is byte for byte one of ours. */
export function readTarHeader(tar: Buffer, at: number): { readonly name: string; readonly length: number } | undefined {
  const header = tar.subarray(at, at + TAR_BLOCK_BYTES);
  const name = header.toString('latin1', NAME.from, NAME.to).replace(/\0+$/, '');
  const digits = header.toString('latin1', LENGTH.from, LENGTH.to - 1);
  if (!/^[0-7]{11}$/.test(digits)) return undefined;
  const length = Number.parseInt(digits, 8);
  const ours = Buffer.allocUnsafe(TAR_BLOCK_BYTES);
  writeHeader(ours, name, length);
  return ours.equals(header) ? { name, length } : undefined;
}

function writeHeader(header: Buffer, name: string, length: number): void {
  COMMON.copy(header);
  header.write(name, NAME.from, NAME.to - NAME.from, 'latin1');
  header.write(octal(length, 12), LENGTH.from, 'latin1');
  const sum = COMMON_SUM + sumOf(header, NAME) + sumOf(header, LENGTH);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

function commonHeader(): Buffer {
  const header = Buffer.alloc(TAR_BLOCK_BYTES);
  header.write(octal(0o600, 8), 100, 'latin1'); // mode
  header.write(octal(0, 8), 108, 'latin1'); // uid
  header.write(octal(0, 8), 116, 'latin1'); // gid
  header.write(octal(0, 12), 136, 'latin1'); // mtime
  header.write('        0', 148, 'latin1'); // checksum counted as blanks; type: regular file
  header.write('ustar\x0000', 257, 'latin1');
  return header;
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\0`;
}

function sumOf(header: Buffer, { from, to }: { readonly from: number; readonly to: number }): number {
  let sum = 0;
  for (let at = from; at < to; at += 1) sum += header[at] ?? 0;
  return sum;
}

/** Ends the archive after `used` bytes; returns its length. */
export function writeTarEnd(tar: Buffer, used: number): number {
  tar.fill(0, used, used + TAR_END_BYTES);
  return used + TAR_END_BYTES;
}

function padWithZeros(tar: Buffer, end: number): void {
  const rest = end % TAR_BLOCK_BYTES;
  if (rest > 0) tar.fill(0, end, end + TAR_BLOCK_BYTES - rest);
}
