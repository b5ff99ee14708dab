import { createHash } from 'node:crypto';
import { canonicalJson } from './json.ts';
import { wrong } from './shape.ts';

/** How the line begins that holds a document's SHA-256 of itself: a field of the document, two blanks deep. */
const LINE_START = '  "sha256":';

/**
 * JSON with sorted keys, a field per line, and among them `sha256`: the digest of all other lines. Whoever reads it
 * needs no JSON to check it: `sed '/^  "sha256":/d' FILE | sha256sum`. A field behind `sha256` must follow.
 */
export function writeWithOwnDigest(document: object): Buffer {
  const lines = `${canonicalJson({ ...document, sha256: '' }, 2)}\n`.split('\n');
  const own = ownLine(lines.filter((line) => !isOwnLine(line)));
  return Buffer.from(lines.map((line) => (isOwnLine(line) ? own : line)).join('\n'), 'utf8');
}

/** Throws ShapeError unless the document has one line with its SHA-256, and the others are those that it tells of. */
export function checkOwnDigest(bytes: Uint8Array): void {
  // whatever the bytes are, each is a character of its own here
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
