import { availableParallelism } from 'node:os';
import { dirname, extname, join } from 'node:path';
import type { Threads } from '@postgres-backuper/repository';

/** More would wait for the main thread, which hashes their output. */
const OPEN_THREADS_MAX = 3;

/** One processor is left to the main thread, pg_dump and the network. More threads than sessions of pg_dump would wait. */
export function sealThreads(jobs: number): Threads {
  return { program: program('seal-thread'), count: besidesMain(jobs) };
}

/** One processor is left to the main thread. */
export function openThreads(): Threads {
  return { program: program('open-thread'), count: besidesMain(OPEN_THREADS_MAX) };
}

function besidesMain(max: number): number {
  return Math.max(1, Math.min(availableParallelism() - 1, max));
}

/** The programs are beside this file, in the sources and in the bundle. */
function program(name: string): string {
  const here = import.meta.filename;
  return join(dirname(here), `${name}${extname(here)}`);
}
