import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createCopyDigest } from './copy-digest.ts';

const sha256 = (text: string) => createHash('sha256').update(text, 'latin1').digest('hex');

function digest(text: string, chunkSize: number) {
  const bytes = Buffer.from(text, 'latin1');
  const running = createCopyDigest();
  for (let at = 0; at < bytes.length; at += chunkSize) running.update(bytes.subarray(at, at + chunkSize));
  return running.end();
}

describe('createCopyDigest', () => {
  const rows = '1\tä\n2\t\\\\.\n\\N\t\n';

  it.each([1, 2, 4, 5, 6, 7, 1000])('tells file and COPY stream apart in chunks of %i bytes', (chunkSize) => {
    const file = `${rows}\\.\n\n\n`;
    expect(digest(file, chunkSize)).toEqual({
      sizeBytes: file.length,
      sha256: sha256(file),
      copy: { bytes: rows.length, rows: 3, sha256: sha256(rows) },
    });
  });

  it('reads an empty table', () => {
    expect(digest('\\.\n\n\n', 3).copy).toEqual({ bytes: 0, rows: 0, sha256: sha256('') });
  });

  it.each(['', '\\.\n\n', `${rows}\\.\n`, rows])('refuses a stream without the terminator: %j', (text) => {
    expect(digest(text, 4).copy).toBeUndefined();
  });
});
