import type { JsonPart } from './json-place.ts';
import { createJsonScanner } from './json-scanner.ts';
import type { JsonBounds } from './json-text.ts';
import { parseWithExtents } from './parse-extents.ts';
import type { FieldsShape, ListShape } from './shape.ts';

/**
 * A JSON object with these fields, read from chunks as they arrive: each member of its lists is parsed and checked on
 * its own, so that an invalid one ends the reading at once. Fields unknown to the shape are skipped. Throws ShapeError,
 * and what JSON.parse throws.
 */
export async function readDocument<T>(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  shape: FieldsShape<T>,
  bounds: JsonBounds,
): Promise<T> {
  const { shapes } = shape;
  const scanner = createJsonScanner(
    { isKnown: (key) => Object.hasOwn(shapes, key), isList: (key) => listShape(shapes, key) !== undefined },
    bounds,
  );
  const document: Record<string, unknown> = {};
  for await (const chunk of chunks) for (const part of scanner.push(chunk)) readPart(part, shapes, document);
  scanner.end();
  for (const [key, one] of Object.entries(shapes)) {
    if (document[key] !== undefined) continue;
    const absent = one(undefined, key);
    if (absent !== undefined) document[key] = absent;
  }
  return document as T;
}

type Shapes = FieldsShape<unknown>['shapes'];

function listShape(shapes: Shapes, key: string): ListShape<unknown> | undefined {
  const shape = Object.hasOwn(shapes, key) ? shapes[key] : undefined;
  return shape !== undefined && 'add' in shape ? (shape as ListShape<unknown>) : undefined;
}

function readPart({ key, isMember, text }: JsonPart, shapes: Shapes, document: Record<string, unknown>): void {
  const value = parseWithExtents(text);
  const list = isMember ? listShape(shapes, key) : undefined;
  if (list === undefined) document[key] = shapes[key]?.(value, key);
  else list.add(document[key] as unknown[], value, key);
}
