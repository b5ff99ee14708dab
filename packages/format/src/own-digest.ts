import { createHash } from 'node:crypto';
import { canonicalJson } from './json.ts';
import { wrong } from './shape.ts';

/** Start of the line with a document's own SHA-256: a top-level field, indented by two blanks. */
const LINE_START = '  "sha256":';

/**
 * JSON with sorted keys, one field per line; `sha256` is the digest of all other lines. It can be checked without JSON:
 * `sed '/^  "sha256":/d' FILE | sha256sum`. `sha256` must not be the last field.
 */
export function writeWithOwnDigest(document: object): Buffer {
  const lines = `${canonicalJson({ ...document, sha256: '' }, 2)}\n`.split('\n');
  const own = ownLine(lines.filter((line) => !isOwnLine(line)));
  return Buffer.from(lines.map((line) => (isOwnLine(line) ? own : line)).join('\n'), 'utf8');
}

/** Throws ShapeError unless the document has exactly one line with its SHA-256, and the other lines match it. */
export function checkOwnDigest(bytes: Uint8Array): void {
  // latin1: each byte is one character
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1').split('\n');
  const own = lines.filter(isOwnLine);
  if (own.length !== 1) throw wrong('', `has ${own.length} lines with its own SHA-256: it is damaged or incomplete`);
  const expected = ownLine(
    lines.filter((line) => !isOwnLine(line)),
    'latin1',
  );
  if (own[0] !== expected) throw wrong('', 'does not have the SHA-256 that it states: it is damaged');
}

function isOwnLine(line: string): boolean {
  return line.startsWith(LINE_START);
}

function ownLine(others: readonly string[], encoding: BufferEncoding = 'utf8'): string {
  const digest = createHash('sha256')
    .update(Buffer.from(others.join('\n'), encoding))
    .digest('hex');
  return `${LINE_START} "${digest}",`;
}
