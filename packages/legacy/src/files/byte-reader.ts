/** Gives the bytes of chunks in pieces of a chosen size. */
export interface ByteReader {
  /** Exactly `count` bytes, or fewer at the end. */
  take(count: number): Promise<Buffer>;
}

/** Reads `bytes` as far as they are asked for. Errors: those of `bytes`. */
export function createByteReader(bytes: AsyncIterable<Buffer>): ByteReader {
  const chunks = bytes[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  return {
    async take(count) {
      const taken: Buffer[] = [];
      let missing = count;
      for (;;) {
        const piece = rest.subarray(0, missing);
        rest = rest.subarray(piece.length);
        if (piece.length > 0) taken.push(piece);
        missing -= piece.length;
        if (missing === 0) break;
        const { done, value } = await chunks.next();
        if (done) break;
        rest = value;
      }
      return taken.length === 1 ? (taken[0] as Buffer) : Buffer.concat(taken);
    },
  };
}
