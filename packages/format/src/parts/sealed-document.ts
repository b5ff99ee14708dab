import type { KeyObject } from 'node:crypto';
import { chunkBytesOf, type IndexContent, openFrames, sealIndex } from '../chunks/index-frames.ts';
import type { BackupId } from '../keys.ts';
import { largerTexts } from '../larger-texts.ts';
import { type Shape, wrong } from '../shape.ts';

/** Bytes of a stored document at most. */
export const PARTS_MAX_BYTES = 256 * 1024 * 1024;

/** What a document of a backup in parts is bound to: to no other backup and under no other name it can be read. */
export interface PartsBinding extends BackupId {
  readonly key: KeyObject;
  /** The object's own name. */
  readonly object: string;
}

/** In the frames of an index, whose size of chunks is 0. */
export function sealDocument(document: object, to: PartsBinding): Buffer {
  return sealTexts(() => [JSON.stringify(document)], to);
}

/** The same of a JSON text in parts, which are made twice: first to count them. Memory: the result. */
export function sealTexts(textsOf: () => Iterable<string>, to: PartsBinding): Buffer {
  let bytes = 0;
  for (const text of largerTexts(textsOf())) bytes += Buffer.byteLength(text);
  return sealBytes({ bytes, parts: buffersOf(textsOf()) }, to);
}

/** The same of bytes. Memory: the result. */
export function sealBytes(content: IndexContent, to: PartsBinding): Buffer {
  return sealIndex(content, { chunkBytes: 0 }, { key: to.key, set: setOf(to) });
}

/** Throws ShapeError where it is altered, cut, or of another backup or secret. */
export function openDocument<T>(stored: Uint8Array, shape: Shape<T>, from: PartsBinding): T {
  return shape(JSON.parse(Buffer.concat([...openDocumentFrames(stored, from)]).toString()), '');
}

/** Its plain bytes, frame after frame. Throws as openDocument. */
export function* openDocumentFrames(stored: Uint8Array, from: PartsBinding): Generator<Buffer> {
  if (stored.length > PARTS_MAX_BYTES) throw wrong('', 'is too large');
  if (chunkBytesOf(stored) !== 0) throw wrong('', 'is an index');
  yield* openFrames(stored, { key: from.key, set: setOf(from) });
}

function* buffersOf(texts: Iterable<string>): Generator<Buffer> {
  for (const text of largerTexts(texts)) yield Buffer.from(text);
}

function setOf({ name, label, object }: PartsBinding): string {
  return `${name}/${label}/${object}`;
}
