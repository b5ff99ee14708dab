import { createCipheriv, createDecipheriv, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { freeMemory } from '@postgres-backuper/base/own-memory';
import { wrong } from '../shape.ts';

/** Plain bytes of a frame; only the last one may have fewer. */
const FRAME_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const SALT_BYTES = 32;
const MAGIC = Buffer.from('pgbkidx1');

/** Bytes of the header, which is not encrypted. */
export const INDEX_HEADER_BYTES = MAGIC.length + 4 + SALT_BYTES;

/** What an index is bound to. */
export interface IndexBinding {
  readonly key: KeyObject;
  /** Of the full that the index belongs to: its name, label and stored segments. */
  readonly set: string;
}

/** Plain bytes that come in parts, none of them empty for nothing. */
export interface IndexContent {
  /** Of all parts. */
  readonly bytes: number;
  readonly parts: Iterable<Buffer>;
}

/** Bytes of the object for so many plain ones. */
export function sealedIndexBytes(plainBytes: number): number {
  return INDEX_HEADER_BYTES + plainBytes + Math.max(1, Math.ceil(plainBytes / FRAME_BYTES)) * TAG_BYTES;
}

/**
 * Encrypts an index in frames; each is bound to its place, to the set, and to being the last one or not. Memory: the
 * result and one frame.
 */
export function sealIndex(content: IndexContent, { chunkBytes }: { readonly chunkBytes: number }, to: IndexBinding) {
  const header = Buffer.concat([MAGIC, uint32(chunkBytes), randomBytes(SALT_BYTES)]);
  const key = keyOf(header, to);
  const sealed = Buffer.alloc(sealedIndexBytes(content.bytes));
  let used = header.copy(sealed);
  let number = 0;
  for (const frame of framesOf(content)) {
    const isLast = (number + 1) * FRAME_BYTES >= content.bytes;
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number)).setAAD(boundTo(header, { set: to.set, isLast }));
    const encrypted = cipher.update(frame);
    for (const part of [encrypted, cipher.final(), cipher.getAuthTag()]) used += part.copy(sealed, used);
    freeMemory(encrypted);
    number += 1;
  }
  return sealed;
}

/** All of them in one buffer, one after the other. */
function* framesOf({ bytes, parts }: IndexContent): Generator<Buffer> {
  const frame = Buffer.alloc(FRAME_BYTES);
  let used = 0;
  for (const part of parts)
    for (let from = 0; from < part.length; ) {
      const taken = part.copy(frame, used, from);
      from += taken;
      used += taken;
      if (used < FRAME_BYTES) continue;
      yield frame;
      used = 0;
    }
  if (used > 0 || bytes === 0) yield frame.subarray(0, used);
}

/** The size of chunks, as the header says it. Throws ShapeError. */
export function chunkBytesOf(index: Uint8Array): number {
  if (index.length < INDEX_HEADER_BYTES) throw wrong('', 'is shorter than its header');
  const header = Buffer.from(index.subarray(0, INDEX_HEADER_BYTES));
  if (!header.subarray(0, MAGIC.length).equals(MAGIC)) throw wrong('', 'is not an index of version 1');
  return header.readUInt32BE(MAGIC.length);
}

/**
 * Decrypts frame after frame: nothing of a frame is used before it was checked whole. Throws ShapeError where the index
 * was altered or cut, or is of another set or secret.
 */
export function* openFrames(index: Uint8Array, from: IndexBinding): Generator<Buffer> {
  const header = Buffer.from(index.subarray(0, INDEX_HEADER_BYTES));
  const key = keyOf(header, from);
  const step = FRAME_BYTES + TAG_BYTES;
  for (let at = INDEX_HEADER_BYTES, number = 0; number === 0 || at < index.length; at += step, number += 1) {
    const frame = index.subarray(at, at + step);
    const isLast = at + step >= index.length;
    if (frame.length < TAG_BYTES) throw wrong('', 'is cut');
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number), { authTagLength: TAG_BYTES });
    decipher.setAAD(boundTo(header, { set: from.set, isLast })).setAuthTag(frame.subarray(-TAG_BYTES));
    const plain = decipher.update(frame.subarray(0, -TAG_BYTES));
    requireUnaltered(() => decipher.final());
    yield plain;
  }
}

function requireUnaltered(check: () => Buffer): void {
  try {
    check();
  } catch {
    throw wrong('', 'was altered or cut, or is of another set or secret');
  }
}

function keyOf(header: Buffer, { key, set }: IndexBinding): Buffer {
  const salt = header.subarray(-SALT_BYTES);
  return Buffer.from(hkdfSync('sha256', key, salt, `postgres-backuper index v1 ${set}`, 32));
}

function boundTo(header: Buffer, { set, isLast }: { readonly set: string; readonly isLast: boolean }): Buffer {
  return Buffer.concat([header, Buffer.from([isLast ? 1 : 0]), Buffer.from(set)]);
}

function nonceOf(number: number): Buffer {
  return Buffer.concat([Buffer.alloc(8), uint32(number)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
