import { hash } from 'node:crypto';
import { canonicalJson } from './json.ts';
import { wrong } from './shape.ts';

/** Start of the line with a document's own SHA-256: a top-level field, indented by two blanks. */
const LINE_START = '  "sha256":';
const NEWLINE = 10;

/**
 * JSON with sorted keys, one field per line; `sha256` is the digest of all other lines. It can be checked without JSON:
 * `sed '/^  "sha256":/d' FILE | sha256sum`. `sha256` must not be the last field.
 */
export function writeWithOwnDigest(document: object): Buffer {
  const lines = `${canonicalJson({ ...document, sha256: '' }, 2)}\n`.split('\n');
  const others = lines.filter((line) => !isOwnLine(line)).join('\n');
  const own = lineOf([Buffer.from(others, 'utf8')]);
  return Buffer.from(lines.map((line) => (isOwnLine(line) ? own : line)).join('\n'), 'utf8');
}

/** Throws ShapeError unless the document has exactly one line with its SHA-256, and the other lines match it. */
export function checkOwnDigest(document: Uint8Array): void {
  const bytes = Buffer.from(document.buffer, document.byteOffset, document.length);
  const [own, ...more] = ownLines(bytes);
  if (own === undefined || more.length > 0) {
    throw wrong('', `has ${more.length + (own ? 1 : 0)} lines with its own SHA-256: it is damaged or incomplete`);
  }
  const { start, end } = own;
  const others =
    end < bytes.length
      ? [bytes.subarray(0, start), bytes.subarray(end + 1)]
      : [bytes.subarray(0, Math.max(0, start - 1))];
  if (bytes.toString('latin1', start, end) !== lineOf(others)) {
    throw wrong('', 'does not have the SHA-256 that it states: it is damaged');
  }
}

/** Where lines with a digest are, without the ends of lines. */
function ownLines(bytes: Buffer): { readonly start: number; readonly end: number }[] {
  const found = [];
  for (let start = bytes.indexOf(LINE_START); start !== -1; start = bytes.indexOf(LINE_START, start + 1)) {
    if (start > 0 && bytes[start - 1] !== NEWLINE) continue;
    const end = bytes.indexOf(NEWLINE, start);
    found.push({ start, end: end === -1 ? bytes.length : end });
  }
  return found;
}

function isOwnLine(line: string): boolean {
  return line.startsWith(LINE_START);
}

/** The line that states the SHA-256 of these bytes. */
function lineOf(others: readonly Uint8Array[]): string {
  return `${LINE_START} "${hash('sha256', Buffer.concat(others))}",`;
}
