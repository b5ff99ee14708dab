import { fstatSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';

/*
 * Loaded before anything else: no import of ours. The process's own stream loses what a full disk does not take of a chunk, without an error. So it is used for pipes and
 * terminals alone.
 */

const STDOUT = 1;
const writeSome = promisify(write);
let problem: string | undefined;

/** The system's code of why a text is not on standard output; a reader that is gone is no problem. */
export function outputProblem(): string | undefined {
  return problem;
}

/** Takes an error of the stream of standard output. */
export function noteOutputError(error: unknown): void {
  if (!isClosed(error)) problem ??= String((error as NodeJS.ErrnoException).code);
}

/** Writes a text; never throws, since a run need not end when nobody can see it: `outputProblem` tells. */
export function writeText(text: string): void {
  if (isStream()) {
    process.stdout.write(text);
    return;
  }
  const bytes = Buffer.from(text);
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(STDOUT, bytes, done);
  } catch (error) {
    noteOutputError(error);
  }
}

/** Writes all bytes; false: the reader is gone. Errors: those of the system. */
export async function writeData(bytes: Uint8Array): Promise<boolean> {
  try {
    await (isStream() ? writeToStream(bytes) : writeToFile(bytes));
    return true;
  } catch (error) {
    if (isClosed(error)) return false;
    throw error;
  }
}

let stream: boolean | undefined;

/** Also where it is closed: the process has a stream that takes everything then. */
function isStream(): boolean {
  try {
    stream ??= [process.stdout.isTTY, fstatSync(STDOUT).isFIFO(), fstatSync(STDOUT).isSocket()].includes(true);
  } catch {
    stream = true;
  }
  return stream;
}

function writeToStream(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

async function writeToFile(bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await writeSome(STDOUT, bytes, done, bytes.length - done, null);
    done += bytesWritten;
  }
}

function isClosed(error: unknown): boolean {
  return ['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED'].includes(String((error as NodeJS.ErrnoException).code));
}
