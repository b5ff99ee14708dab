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
 * Splits the text of a JSON object, which arrives in chunks, into the values of its fields, and the lists that `isList`
 * names into their members: its reader holds one part at a time. Fields that `isKnown` denies are passed over. Whether
 * a part is JSON is for its reader to find out.
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
