import type { KeyObject } from 'node:crypto';
import { chunkBytesOf, openFrames, sealIndex } from '../chunks/index-frames.ts';
import type { BackupId } from '../keys.ts';
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
  const plain = Buffer.from(JSON.stringify(document));
  return sealIndex({ bytes: plain.length, parts: [plain] }, { chunkBytes: 0 }, { key: to.key, set: setOf(to) });
}

/** Throws ShapeError where it is altered, cut, or of another backup or secret. */
export function openDocument<T>(stored: Uint8Array, shape: Shape<T>, from: PartsBinding): T {
  if (stored.length > PARTS_MAX_BYTES) throw wrong('', 'is too large');
  if (chunkBytesOf(stored) !== 0) throw wrong('', 'is an index');
  const frames = [...openFrames(stored, { key: from.key, set: setOf(from) })];
  return shape(JSON.parse(Buffer.concat(frames).toString()), '');
}

function setOf({ name, label, object }: PartsBinding): string {
  return `${name}/${label}/${object}`;
}
