import type { IncomingMessage } from 'node:http';
import type { How } from './bucket.ts';

export interface ReadText extends How {
  readonly maxBytes: number;
}

/** The body of an answer as UTF-8. Undefined: it broke off, or has more than `maxBytes`. Errors: a TimeoutError; an abort. */
export async function readText(
  answer: IncomingMessage,
  { abortSignal, maxBytes }: ReadText,
): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) return undefined;
      chunks.push(chunk);
    }
  } catch (error) {
    if (abortSignal.aborted || (error as Error).name === 'TimeoutError') throw error;
    return undefined;
  }
  return Buffer.concat(chunks, length).toString('utf8');
}
