import { createHash } from 'node:crypto';
import type { MessagePort } from 'node:worker_threads';
import { freeMemory, ownMemory } from '@postgres-backuper/base/own-memory';
import { decompress, SEGMENT_MAX_BYTES } from '@postgres-backuper/format';
import type { Opening } from '../cipher.ts';

export interface OpenTask {
  readonly stored: Uint8Array;
  /** Of `stored`, hexadecimal. */
  readonly sha256: string;
  /** Undefined: the stored bytes are the frame. */
  readonly opening: Opening | undefined;
}

/** The tar; undefined if any check failed. */
export type OpenAnswer = Uint8Array | undefined;

/** The plaintext of a packet, checked whole; undefined if a check failed. */
export type OpenPacket = (encrypted: Uint8Array, key: Uint8Array) => Uint8Array | undefined;

/**
 * The work of an open thread: hash and decryption of one segment after another, while the former is decompressed in the
 * thread pool. Answers come in the order of the tasks.
 */
export function serveOpens(port: MessagePort | null, openPacket: OpenPacket): void {
  let last = Promise.resolve();
  port?.on('message', (task: OpenTask) => {
    const opened = open(task, openPacket).catch(() => undefined);
    last = last.then(async () => {
      const tar = await opened;
      port.postMessage(tar satisfies OpenAnswer, tar && ownMemory(tar));
    });
  });
}

async function open({ stored, sha256, opening }: OpenTask, openPacket: OpenPacket): Promise<OpenAnswer> {
  if (createHash('sha256').update(stored).digest('hex') !== sha256) return undefined;
  const frame = opening === undefined ? stored : openFrame(stored, opening, openPacket);
  if (frame === undefined) return undefined;
  const tar = await decompress(frame, { maxBytes: SEGMENT_MAX_BYTES });
  for (const bytes of [stored, frame]) freeMemory(bytes);
  return tar;
}

function openFrame(stored: Uint8Array, { encryptedAt, keys }: Opening, openPacket: OpenPacket): Uint8Array | undefined {
  const encrypted = stored.subarray(encryptedAt);
  for (const key of keys) {
    const frame = openPacket(encrypted, key);
    if (frame !== undefined) return frame;
  }
  return undefined;
}
