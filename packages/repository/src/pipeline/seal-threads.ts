import type { Envelope } from '../cipher.ts';
import { createBufferPool } from './buffers.ts';
import type { Sealers } from './held-object.ts';
import { sealedBytesMax } from './seal.ts';
import type { SealAnswer, SealTask } from './seal-thread.ts';
import { startThreads, type Threads } from './threads.ts';

/**
 * Seals in threads of their own: the main thread is free for the pipes and the network, and garbage collections of one
 * do not stop the other. Segments and results are in shared memory: nothing is copied.
 */
export function startSealThreads(
  threads: Threads,
  { envelope, segmentBytes }: { envelope: () => Promise<Envelope | undefined>; segmentBytes: number },
): Sealers {
  const outputs = createBufferPool(Number.POSITIVE_INFINITY, sealedBytesMax(segmentBytes)); // bounded by the pipeline
  const { ask, close } = startThreads<SealTask, SealAnswer>(threads, 'seal');
  return {
    count: threads.count,
    close,
    seal: async ({ plaintext, md5, level }) => {
      const into = outputs.take() as Buffer;
      const answer = await ask({ plaintext, envelope: await envelope(), md5, level, into });
      const bytes = into.subarray(0, answer.sizeBytes);
      return { ...answer.digests, bytes, release: () => outputs.give(into) };
    },
  };
}
