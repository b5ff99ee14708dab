/** Concatenates chunks in a buffer that doubles, so that each byte is copied only a few times. */
export function createAppender(): (chunk: Buffer) => Buffer<ArrayBuffer> {
  let buffer = Buffer.alloc(0);
  let used = 0;
  return (chunk) => {
    if (used + chunk.length > buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(2 * buffer.length, used + chunk.length));
      buffer.copy(larger, 0, 0, used);
      buffer = larger;
    }
    used += chunk.copy(buffer, used);
    return buffer.subarray(0, used);
  };
}
