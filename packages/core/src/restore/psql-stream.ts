import type { Readable } from 'node:stream';
import type { Program, ProgramEnd } from '@postgres-backuper/base';
import { bytesOf, type Sql } from '@postgres-backuper/postgres';

/** The end of psql, thrown where it is noticed and caught where the table's name is known. */
export class ProgramEnded extends Error {
  readonly end: ProgramEnd;
  constructor(end: ProgramEnd) {
    super('ended');
    this.end = end;
  }
}

/** Writes statements and rows with backpressure; the end of psql also ends a waiting write. */
export function createSender(program: Program, signal: AbortSignal) {
  const ended = program.ended.then((end) => {
    signal.throwIfAborted();
    throw new ProgramEnded(end);
  });
  ended.catch(() => undefined);
  const send = async (chunk: Buffer | string): Promise<void> => {
    if (program.stdin.destroyed) return ended;
    const written = new Promise<void>((resolve) => program.stdin.write(chunk, () => resolve()));
    await Promise.race([written, ended]);
    if (program.stdin.destroyed) return ended;
  };
  const statements = (...all: readonly Sql[]): Promise<void> =>
    send(Buffer.concat(all.flatMap((one) => [bytesOf(one), Buffer.from(';\n')])));
  /** After `COPY … FROM stdin`: whole rows of COPY text, without a line `\.`. */
  const data = (rows: Buffer): Promise<void> => send(rows);
  const endOfData = (): Promise<void> => send('\\.\n');
  return { statements, data, endOfData };
}

/** Standard output, read on demand; the rest stays in the pipe. */
export function createOutput(program: Program, signal: AbortSignal) {
  const stdout: Readable = program.stdout;
  let buffer = Buffer.alloc(0);
  const iterator = stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const more = async (): Promise<Buffer> => {
    const { done, value } = await iterator.next();
    if (done !== true) return value;
    const end = await program.ended;
    signal.throwIfAborted();
    throw new ProgramEnded(end);
  };
  /** The first group of the first line that matches; other lines are dropped. */
  const tag = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const end = buffer.indexOf(0x0a);
      if (end < 0) {
        buffer = Buffer.concat([buffer, await more()]);
        continue;
      }
      const line = buffer.subarray(0, end).toString('latin1');
      buffer = buffer.subarray(end + 1);
      const found = pattern.exec(line)?.[1];
      if (found !== undefined) return found;
    }
  };
  /** The next bytes before the line `marker`; undefined when it is reached. */
  const until = async (marker: string): Promise<Buffer | undefined> => {
    const held = marker.length + 1;
    while (buffer.length <= held) {
      if (buffer.length === held && buffer.toString('latin1') === `${marker}\n`) {
        buffer = Buffer.alloc(0);
        return undefined;
      }
      buffer = Buffer.concat([buffer, await more()]);
    }
    const chunk = buffer.subarray(0, buffer.length - held);
    buffer = buffer.subarray(buffer.length - held);
    return chunk;
  };
  return { tag, until };
}
