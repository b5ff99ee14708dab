import type { Readable } from 'node:stream';
import { decodeText } from './decode-text.ts';
import type { ProgramRequest } from './process.ts';

/** Standard error kept for error messages, characters. */
const KEPT_CHARACTERS = 65_536;
/** Kept of one line: pg_dump repeats a LOCK TABLE of all tables after the reason of its failure. */
const LINE_CHARACTERS = 4000;
/** Kept of an unfinished line: no client encoding has characters longer than 4 bytes. */
const LINE_BYTES = 4 * LINE_CHARACTERS;
/** In no client encoding is it a part of another character. */
const LINE_FEED = 0x0a;

export interface Stderr {
  /** The last part of it; long lines are cut at their end. */
  readonly text: () => string;
  /** Resolves when nothing more can come; each line was passed on then. */
  readonly closed: Promise<void>;
}

/** Passes on each complete line of a program's standard error, and keeps the last part. */
export function collectStderr(
  stream: Readable,
  { encoding, onStderrLine }: Pick<ProgramRequest, 'encoding' | 'onStderrLine'>,
): Stderr {
  let kept = '';
  let partial = Buffer.alloc(0);
  const textOf = (line: Buffer): string => decodeText(line.subarray(0, LINE_BYTES), encoding).slice(0, LINE_CHARACTERS);
  const take = (line: Buffer): void => {
    const text = textOf(line);
    kept += `${text}\n`;
    if (kept.length > 2 * KEPT_CHARACTERS) kept = kept.slice(-KEPT_CHARACTERS);
    onStderrLine?.(text);
  };
  stream.on('data', (chunk: Buffer) => {
    let rest = partial.length === 0 ? chunk : Buffer.concat([partial, chunk]);
    for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED)) {
      take(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    partial = Buffer.from(rest.subarray(0, LINE_BYTES));
  });
  const closed = new Promise<void>((resolve) => {
    stream.once('close', () => {
      if (partial.length > 0) take(partial);
      partial = Buffer.alloc(0);
      resolve();
    });
  });
  return { text: () => (kept + textOf(partial)).slice(-KEPT_CHARACTERS), closed };
}
