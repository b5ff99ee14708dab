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

/** Writes the ustar header of a piece; its data follow at `at + 512`. */
export function writeTarHeader(tar: Buffer, at: number, piece: PieceHeader): void {
  const header = tar.subarray(at, at + TAR_BLOCK_BYTES).fill(0);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
  header.write(pieceName(piece.file, piece.offset), 0, 100, 'latin1');
  header.write(octal(0o600, 8), 100, 'latin1'); // mode
  header.write(octal(0, 8), 108, 'latin1'); // uid
  header.write(octal(0, 8), 116, 'latin1'); // gid
  header.write(octal(piece.length, 12), 124, 'latin1');
  header.write(octal(0, 12), 136, 'latin1'); // mtime
  header.write('        0', 148, 'latin1'); // checksum counted as blanks; type: regular file
  header.write('ustar\x0000', 257, 'latin1');
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  padWithZeros(tar, at + TAR_BLOCK_BYTES + piece.length);
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
