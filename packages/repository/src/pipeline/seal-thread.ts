import type { MessagePort } from 'node:worker_threads';
import type { Envelope } from '../cipher.ts';
import { type SealedObject, sealInto, type WriteMessage } from './seal.ts';

/** `plaintext` and `into` are in shared memory. */
export interface SealTask {
  readonly plaintext: Uint8Array;
  readonly envelope: Envelope | undefined;
  readonly md5: boolean;
  readonly into: Uint8Array;
}

export interface SealAnswer {
  readonly sizeBytes: number;
  readonly digests: Omit<SealedObject, 'bytes'>;
}

/** The work of a seal thread: seals one segment after another and answers in the same order. */
export function serveSeals(port: MessagePort | null, writeMessage: WriteMessage): void {
  port?.on('message', ({ into, ...task }: SealTask) => {
    const { bytes, ...digests } = sealInto(into, task, writeMessage);
    port.postMessage({ sizeBytes: bytes.length, digests } satisfies SealAnswer);
  });
}
