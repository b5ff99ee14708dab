import { createHash } from 'node:crypto';
import { countNewlines } from './count-newlines.ts';

/** What pg_dump writes after the last row of each table: `\.` and three newlines. */
export const COPY_TERMINATOR = Buffer.from('\\.\n\n\n', 'latin1');

export interface FileDigest {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** The digest of a table's data file and of the COPY stream in it, without the terminator. */
export interface CopyDigest extends FileDigest {
  /** Undefined: the file does not end with the terminator, so the dump is incomplete. */
  readonly copy: { readonly bytes: number; readonly rows: number; readonly sha256: string } | undefined;
}

/** Hashes a table's data file as it passes, in one pass: SHA-256 of the file and of the COPY stream, bytes and rows. */
export function createCopyDigest() {
  const hash = createHash('sha256');
  let tail = Buffer.alloc(0);
  let sizeBytes = 0;
  let newlines = 0;
  return {
    update(chunk: Buffer): void {
      sizeBytes += chunk.length;
      newlines += countNewlines(chunk);
      if (chunk.length < COPY_TERMINATOR.length) {
        const joined = Buffer.concat([tail, chunk]);
        const cut = Math.max(0, joined.length - COPY_TERMINATOR.length);
        hash.update(joined.subarray(0, cut));
        tail = joined.subarray(cut);
        return;
      }
      if (tail.length > 0) hash.update(tail);
      const cut = chunk.length - COPY_TERMINATOR.length;
      if (cut > 0) hash.update(chunk.subarray(0, cut));
      tail = Buffer.from(chunk.subarray(cut));
    },
    end(): CopyDigest {
      const sha256 = hash.copy().update(tail).digest('hex');
      if (!tail.equals(COPY_TERMINATOR)) return { sizeBytes, sha256, copy: undefined };
      const bytes = sizeBytes - COPY_TERMINATOR.length;
      return { sizeBytes, sha256, copy: { bytes, rows: newlines - 3, sha256: hash.digest('hex') } };
    },
  };
}

/** Hashes rows that no terminator follows: a slice of a table's data file, but for the last. */
export function createRowsDigest(): Pick<ReturnType<typeof createCopyDigest>, 'update' | 'end'> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let rows = 0;
  return {
    update(chunk) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      rows += countNewlines(chunk);
    },
    end() {
      const sha256 = hash.digest('hex');
      return { sizeBytes, sha256, copy: { bytes: sizeBytes, rows, sha256 } };
    },
  };
}

/** Rows of a chunk of COPY text: one row is one newline. `indexOf` is the fastest way in Node (docs/decisions/pipeline.md). */
