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

/** Held back until an answer is read, so that a small table is one write and not four; larger pieces are not copied. */
const HELD_BYTES = 64 * 1024;

/** Writes statements and rows with backpressure; the end of psql also ends a waiting write. */
export function createSender(program: Program, signal: AbortSignal) {
  let held: Buffer[] = [];
  let heldBytes = 0;
  const ended = program.ended.then((end) => {
    signal.throwIfAborted();
    throw new ProgramEnded(end);
  });
  ended.catch(() => undefined);
  const write = async (chunk: Buffer): Promise<void> => {
    if (program.stdin.destroyed) return ended;
    const written = new Promise<void>((resolve) => program.stdin.write(chunk, () => resolve()));
    await Promise.race([written, ended]);
    if (program.stdin.destroyed) return ended;
  };
  /** What was sent is on its way afterwards; reading an answer does it too. */
  const flush = async (): Promise<void> => {
    if (held.length === 0) return;
    const all = Buffer.concat(held);
    held = [];
    heldBytes = 0;
    await write(all);
  };
  const send = async (chunk: Buffer): Promise<void> => {
    if (heldBytes + chunk.length > HELD_BYTES) await flush();
    if (chunk.length > HELD_BYTES) return write(chunk);
    held.push(chunk);
    heldBytes += chunk.length;
  };
  const statements = (...all: readonly Sql[]): Promise<void> =>
    send(Buffer.concat(all.flatMap((one) => [bytesOf(one), END])));
  /** The same as one message to the server; psql 14 shows the tag of the last one only. */
  const together = (...all: readonly Sql[]): Promise<void> =>
    send(Buffer.concat([...all.flatMap((one, index) => [...(index === 0 ? [] : [AND]), bytesOf(one)]), END]));
  /** After `COPY … FROM stdin`: whole rows of COPY text, without a line `\.`. */
  const data = (rows: Buffer): Promise<void> => send(rows);
  const endOfData = (): Promise<void> => send(END_OF_DATA);
  return { statements, together, data, endOfData, flush };
}

const END = Buffer.from(';\n');
const AND = Buffer.from('\\;\n');
const END_OF_DATA = Buffer.from('\\.\n');

/** Standard output, read on demand; the rest stays in the pipe. `flush`: before it waits for more. */
export function createOutput(program: Program, signal: AbortSignal, flush: () => Promise<void>) {
  const stdout: Readable = program.stdout;
  let buffer = Buffer.alloc(0);
  const iterator = stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const more = async (): Promise<Buffer> => {
    await flush().catch(unlessEnded); // what psql said before its end can still be read
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

function unlessEnded(error: unknown): void {
  if (!(error instanceof ProgramEnded)) throw error;
}
