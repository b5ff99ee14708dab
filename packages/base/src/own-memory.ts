/**
 * Frees the memory of bytes that are no longer used, at once and for every view of it. V8 frees it only when it
 * collects garbage, after up to 64 MiB of such memory.
 */
export function freeMemory(bytes: Uint8Array): void {
  for (const memory of ownMemory(bytes)) memory.transfer(0);
}

/**
 * The ArrayBuffer of these bytes, if it can be freed or given to another thread. Empty if threads share it or Node
 * may have cut the bytes from its pool of `Buffer.poolSize` bytes, as it does with small ones.
 */
export function ownMemory({ buffer, byteLength }: Uint8Array): ArrayBuffer[] {
  if (!(buffer instanceof ArrayBuffer) || byteLength === 0) return [];
  return byteLength === buffer.byteLength || buffer.byteLength > Buffer.poolSize ? [buffer] : [];
}
