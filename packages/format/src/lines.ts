import { wrong } from './shape.ts';

/** Characters; longer lines are an error, so that memory stays bounded. */
const MAX_LINE_LENGTH = 65_536;

/** The lines of a UTF-8 text, without their line feeds. Throws ShapeError unless the last one ends with one. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let partial = '';
  for await (const chunk of chunks) {
    const lines = (partial + decoder.decode(chunk, { stream: true })).split('\n');
    partial = lines.pop() ?? '';
    if (partial.length > MAX_LINE_LENGTH) throw wrong('', `has a line of more than ${MAX_LINE_LENGTH} characters`);
    yield* lines;
  }
  if (partial + decoder.decode() !== '') throw wrong('', 'is incomplete');
}
