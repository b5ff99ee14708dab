const PAGE_BYTES = 65_536;
/** 4 GiB, what a memory of WebAssembly may have. Its addresses are reserved, its bytes are not. */
const PAGES_MAX = 65_536;

/** Of the global that @types/node declares without its values. */
interface Memories {
  readonly Memory: new (limits: {
    initial: number;
    maximum: number;
    shared: true;
  }) => {
    readonly buffer: SharedArrayBuffer;
    /** Returns the pages before. Throws RangeError. */
    grow(pages: number): number;
  };
}
const { Memory } = (globalThis as unknown as { WebAssembly: Memories }).WebAssembly;

/** Hands out memory that threads share and that begins at a page: only such can be written around the page cache. */
export type TakeMemory = (sizeBytes: number) => Buffer;

/** Where WebAssembly's memory cannot be had (bounded addresses, more than 4 GiB), the memory begins anywhere. */
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
