import { createCipheriv, createDecipheriv, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
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

/** Encrypts an index in frames; each is bound to its place, to the set, and to being the last one or not. */
export function sealIndex(plain: Buffer, { chunkBytes }: { readonly chunkBytes: number }, to: IndexBinding): Buffer {
  const header = Buffer.concat([MAGIC, uint32(chunkBytes), randomBytes(SALT_BYTES)]);
  const key = keyOf(header, to);
  const parts: Buffer[] = [header];
  for (let number = 0; number === 0 || number * FRAME_BYTES < plain.length; number += 1) {
    const frame = plain.subarray(number * FRAME_BYTES, (number + 1) * FRAME_BYTES);
    const isLast = (number + 1) * FRAME_BYTES >= plain.length;
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number)).setAAD(boundTo(header, { set: to.set, isLast }));
    parts.push(cipher.update(frame), cipher.final(), cipher.getAuthTag());
  }
  return Buffer.concat(parts);
}

/** The size of chunks, as the header says it. Throws ShapeError. */
export function chunkBytesOf(header: Buffer): number {
  if (header.length < INDEX_HEADER_BYTES) throw wrong('', 'is shorter than its header');
  if (!header.subarray(0, MAGIC.length).equals(MAGIC)) throw wrong('', 'is not an index of version 1');
  return header.readUInt32BE(MAGIC.length);
}

/**
 * Decrypts frame after frame: nothing of a frame is used before it was checked whole. `header` has INDEX_HEADER_BYTES.
 * Throws ShapeError where the index was altered or cut, or is of another set or secret.
 */
export async function* openFrames(
  source: AsyncIterable<Uint8Array>,
  header: Buffer,
  from: IndexBinding,
): AsyncGenerator<Buffer> {
  const key = keyOf(header, from);
  let number = 0;
  const open = (frame: Buffer, isLast: boolean): Buffer => {
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number), { authTagLength: TAG_BYTES });
    number += 1;
    if (frame.length < TAG_BYTES) throw wrong('', 'is cut');
    decipher.setAAD(boundTo(header, { set: from.set, isLast })).setAuthTag(frame.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(frame.subarray(0, -TAG_BYTES)), decipher.final()]);
    } catch {
      throw wrong('', 'was altered or cut, or is of another set or secret');
    }
  };
  let held = Buffer.alloc(0);
  for await (const bytes of source) {
    held = Buffer.concat([held, bytes]);
    for (; held.length > FRAME_BYTES + TAG_BYTES; held = held.subarray(FRAME_BYTES + TAG_BYTES))
      yield open(held.subarray(0, FRAME_BYTES + TAG_BYTES), false);
  }
  yield open(held, true);
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
