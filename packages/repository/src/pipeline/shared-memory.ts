const PAGE_BYTES = 65_536;
/** 4 GiB, the maximum of WebAssembly. Only addresses are reserved. */
const PAGES_MAX = 65_536;

/** Of the global that @types/node declares without its values. */
interface Memories {
  readonly Memory: new (limits: {
    initial: number;
    maximum: number;
    shared: true;
  }) => {
    readonly buffer: SharedArrayBuffer;
    /** Returns the previous number of pages. Throws RangeError. */
    grow(pages: number): number;
  };
}
const { Memory } = (globalThis as unknown as { WebAssembly: Memories }).WebAssembly;

/** Allocates memory that threads share and that begins at a page: direct I/O requires that. */
export type TakeMemory = (sizeBytes: number) => Buffer;

/** If WebAssembly has no memory (limited address space, more than 4 GiB), the memory may begin anywhere. */
export function createSharedMemory(): TakeMemory {
  const memory = orUndefined(() => new Memory({ initial: 0, maximum: PAGES_MAX, shared: true }));
  return (sizeBytes) => {
    const at = orUndefined(() => memory?.grow(Math.ceil(sizeBytes / PAGE_BYTES)));
    if (memory === undefined || at === undefined) return Buffer.from(new SharedArrayBuffer(sizeBytes));
    return Buffer.from(memory.buffer, at * PAGE_BYTES, sizeBytes);
  };
}

function orUndefined<Value>(make: () => Value): Value | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
