import { availableParallelism } from 'node:os';
import { dirname, extname, join } from 'node:path';
import type { SealThreads } from '@postgres-backuper/core';

/**
 * One processor is left to the main thread, pg_dump and the network. More threads than sessions of pg_dump would wait.
 * The program lies beside this file, in the sources as in the bundle.
 */
export function sealThreads(jobs: number): SealThreads {
  const here = import.meta.filename;
  return {
    program: join(dirname(here), `seal-thread${extname(here)}`),
    count: Math.max(1, Math.min(availableParallelism() - 1, jobs)),
  };
}
