import { beginList, beginScan, type JsonFields, type JsonPart, leave, marksOf } from './json-place.ts';
import { createJsonText, type JsonBounds } from './json-text.ts';
import { wrong } from './shape.ts';

export interface JsonScanner {
  /** The parts that end in this chunk. Throws ShapeError. */
  push(chunk: Uint8Array): readonly JsonPart[];
  /** Throws ShapeError unless the document is over. */
  end(): void;
}

/**
 * Splits the text of a JSON object, which arrives in chunks, into the values of its fields, and lists for which
 * `isList` is true into their members: its reader holds one part at a time. Fields for which `isKnown` is false are
 * skipped. The reader checks whether a part is JSON.
 */
export function createJsonScanner(fields: JsonFields, bounds: JsonBounds): JsonScanner {
  const text = createJsonText(bounds);
  const scan = beginScan(fields, text);
  return {
    push(chunk) {
      const parts: JsonPart[] = [];
      for (let at = 0; at < chunk.length; ) {
        const marks = marksOf(scan);
        const end = text.read(chunk, at, marks);
        at = end + 1;
        if (end === chunk.length) break;
        const part = chunk[end] === marks.opens ? beginList(scan) : leave(scan, chunk[end] as number);
        if (part !== undefined) parts.push(part);
      }
      return parts;
    },
    end() {
      if (scan.place !== 'after' || !text.isBlank()) throw wrong('', 'is incomplete');
    },
  };
}
