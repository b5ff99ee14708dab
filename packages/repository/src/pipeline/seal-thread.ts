import type { MessagePort } from 'node:worker_threads';
import type { Envelope } from '../cipher.ts';
import { type SealedObject, type SealRequest, sealInto, type WriteMessage } from './seal.ts';

/** `plaintext` and `into` are in shared memory. */
export interface SealTask extends SealRequest {
  readonly envelope: Envelope | undefined;
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
