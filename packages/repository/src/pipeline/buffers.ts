import { createSharedMemory } from './shared-memory.ts';

/**
 * A fixed number of equal buffers in shared memory: they bound the memory of a backup for any size of the
 * database.
 */
export interface BufferPool {
  /** A free buffer, or undefined when all are in use. */
  take(): Buffer | undefined;
  give(buffer: Buffer): void;
}

export function createBufferPool(count: number, sizeBytes: number): BufferPool {
  const free: Buffer[] = [];
  const takeMemory = createSharedMemory();
  let made = 0;
  return {
    take() {
      const buffer = free.pop();
      if (buffer !== undefined) return buffer;
      if (made === count) return undefined;
      made += 1;
      return takeMemory(sizeBytes);
    },
    give(buffer) {
      free.push(buffer);
    },
  };
}
