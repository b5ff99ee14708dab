import { CHUNK_ID_BYTES } from './chunk-keys.ts';

/** Of a chunk: number of the piece, offset in the piece, length. */
const WORDS = 3;

/** Where a chunk begins. */
export interface ChunkPlace {
  /** Number of the piece, counted over all files. */
  readonly piece: number;
  /** Offset in the piece, bytes. */
  readonly offset: number;
}

/** Ids with their places. */
export interface ChunkTable {
  readonly size: number;
  /** Keeps the first place of an id. Throws RangeError above the capacity. */
  add(id: Buffer, length: number, place: ChunkPlace): void;
  /** Undefined unless id and length agree. */
  find(id: Buffer, length: number): ChunkPlace | undefined;
}

/**
 * In typed arrays: an object for each chunk would need several times the memory. A chunk takes 28 bytes, and a slot of 4,
 * of which there are one and a half to three for each.
 */
export function createChunkTable(capacity: number): ChunkTable {
  const ids = Buffer.allocUnsafeSlow(capacity * CHUNK_ID_BYTES);
  const words = new Uint32Array(capacity * WORDS);
  /** Number of the chunk + 1; 0: the slot is free. */
  const slots = new Uint32Array(2 ** Math.ceil(Math.log2(capacity * 1.5 + 1)));
  const mask = slots.length - 1;
  let size = 0;

  /** The slot of the id, or the free one where it belongs: ids are as good as random, their first bytes choose it. */
  const slotOf = (id: Buffer): number => {
    for (let slot = id.readUInt32LE(0) & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot] as number;
      const at = (number - 1) * CHUNK_ID_BYTES;
      if (number === 0 || id.compare(ids, at, at + CHUNK_ID_BYTES) === 0) return slot;
    }
  };
  return {
    get size() {
      return size;
    },
    add(id, length, { piece, offset }) {
      const slot = slotOf(id);
      if (slots[slot] !== 0) return;
      if (size === capacity) throw new RangeError(`more than ${capacity} chunks`);
      id.copy(ids, size * CHUNK_ID_BYTES);
      words.set([piece, offset, length], size * WORDS);
      size += 1;
      slots[slot] = size;
    },
    find(id, length) {
      const number = slots[slotOf(id)] as number;
      if (number === 0) return undefined;
      const at = (number - 1) * WORDS;
      const [piece, offset, found] = words.subarray(at, at + WORDS) as unknown as [number, number, number];
      return found === length ? { piece, offset } : undefined;
    },
  };
}
