import { Worker } from 'node:worker_threads';
import type { Envelope } from '../cipher.ts';
import { createBufferPool } from './buffers.ts';
import { sealedBytesMax } from './seal.ts';
import type { SealAnswer, SealTask } from './seal-thread.ts';
import type { HeldObject, Sealers, SealRequest } from './sealers.ts';

/** Where seal threads come from. */
export interface SealThreads {
  /** Path of a program that calls `serveSeals`. */
  readonly program: string;
  readonly count: number;
}

/** A thread allocates little besides its compressor's output: a small heap is collected in no time. */
const HEAP = { maxYoungGenerationSizeMb: 2 };

interface Thread {
  /** Tasks that are not answered yet. */
  readonly busy: number;
  send(task: SealTask): Promise<SealAnswer>;
  end(): Promise<unknown>;
}

/**
 * Seals in threads of their own: compression and encryption leave the main thread to the pipes and the network, and
 * the garbage of one does not disturb the other. Segments and results lie in shared memory: nothing is copied.
 */
export function startSealThreads(
  { program, count }: SealThreads,
  { envelope, segmentBytes }: { envelope: () => Promise<Envelope | undefined>; segmentBytes: number },
): Sealers {
  const outputs = createBufferPool(Number.POSITIVE_INFINITY, sealedBytesMax(segmentBytes)); // bounded by the pipeline
  const threads = Array.from({ length: count }, () => startThread(program));
  const ask = async ({ plaintext, md5 }: SealRequest, output: Buffer): Promise<HeldObject> => {
    const task = { plaintext, envelope: await envelope(), md5, into: output };
    const answer = await leastBusy(threads).send(task);
    const bytes = output.subarray(0, answer.sizeBytes);
    return { ...answer.digests, bytes, release: () => outputs.give(output) };
  };
  return {
    count,
    seal: (request) => ask(request, outputs.take() as Buffer),
    close: async () => {
      await Promise.all(threads.map((thread) => thread.end()));
    },
  };
}

function startThread(program: string): Thread {
  // a thread gets nothing of the environment: there may be secrets in it
  const worker = new Worker(program, { env: {}, resourceLimits: HEAP, name: 'seal' });
  /** In the order in which they were sent: a thread answers in the same one. */
  const pending: PromiseWithResolvers<SealAnswer>[] = [];
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
    for (const task of pending.splice(0)) task.reject(failure.error);
  };
  worker.on('message', (answer: SealAnswer) => pending.shift()?.resolve(answer));
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`a seal thread ended with ${code}`)));
  return {
    get busy() {
      return pending.length;
    },
    async send(task) {
      if (failure !== undefined) throw failure.error;
      const answer = Promise.withResolvers<SealAnswer>();
      pending.push(answer);
      worker.postMessage(task);
      return answer.promise;
    },
    end: () => worker.terminate(),
  };
}

function leastBusy(threads: readonly Thread[]): Thread {
  return threads.reduce((best, thread) => (thread.busy < best.busy ? thread : best));
}
