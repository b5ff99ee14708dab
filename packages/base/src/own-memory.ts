/**
 * Frees the memory of bytes that nobody uses any more, whoever else has a view of it. V8 does so when it collects its
 * heap, and waits for up to 64 MiB of such memory before it does.
 */
export function freeMemory(bytes: Uint8Array): void {
  for (const memory of ownMemory(bytes)) memory.transfer(0);
}

/**
 * The memory below these bytes, where it can be freed or given to another thread; else nothing: threads share it, or
 * Node cut them from a piece of `Buffer.poolSize` bytes, as it does with small ones.
 */
export function ownMemory({ buffer, byteLength }: Uint8Array): ArrayBuffer[] {
  if (!(buffer instanceof ArrayBuffer) || byteLength === 0) return [];
  return byteLength === buffer.byteLength || buffer.byteLength > Buffer.poolSize ? [buffer] : [];
}
