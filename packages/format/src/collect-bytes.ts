import { freeMemory } from '@postgres-backuper/base/own-memory';

/** Memory grows by so many bytes, without copying what is there. */
const BLOCK_BYTES = 4 * 1024 * 1024;

/** All bytes of a stream, in memory of their own. Memory: the bytes and a block. */
export async function collectBytes(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const blocks: Buffer[] = [];
  let used = BLOCK_BYTES;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      if (used === BLOCK_BYTES) {
        blocks.push(Buffer.allocUnsafeSlow(BLOCK_BYTES));
        used = 0;
      }
      const part = chunk.subarray(from, from + BLOCK_BYTES - used);
      blocks.at(-1)?.set(part, used);
      used += part.length;
      from += part.length;
    }
  }
  return joined(blocks, used);
}

/** The result's memory is real only when it is written to: each block is freed before the next page is. */
function joined(blocks: readonly Buffer[], usedOfLast: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Math.max(0, blocks.length - 1) * BLOCK_BYTES + (blocks.length && usedOfLast));
  for (const [index, block] of blocks.entries()) {
    bytes.set(index === blocks.length - 1 ? block.subarray(0, usedOfLast) : block, index * BLOCK_BYTES);
    freeMemory(block);
  }
  return bytes;
}
