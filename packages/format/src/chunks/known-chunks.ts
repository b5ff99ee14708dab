import { wrong } from '../shape.ts';
import { CHUNK_ID_BYTES } from './chunk-keys.ts';

/** Chunks of an index at most: with its places a chunk takes at most 84 bytes of memory, all of them 336 MiB. */
export const CHUNKS_MAX = 4_194_304;

const FIRST_SLOTS = 1024;
/** Of a slot: piece + 1 (0: the slot is free), offset in the piece, length. */
const WORDS = 3;

/** Where a chunk begins. */
export interface ChunkPlace {
  /** Number of the piece, counted over all files. */
  readonly piece: number;
  /** Offset in the piece, bytes. */
  readonly offset: number;
}

/** Ids with their places, in typed arrays: an object for each would need several times the memory. */
export interface ChunkTable {
  readonly size: number;
  /** Keeps the first place of an id. Throws ShapeError above CHUNKS_MAX. */
  add(id: Buffer, length: number, place: ChunkPlace): void;
  /** Undefined unless id and length agree. */
  find(id: Buffer, length: number): ChunkPlace | undefined;
}

export function createChunkTable(): ChunkTable {
  let [ids, words] = arraysOf(FIRST_SLOTS);
  let size = 0;

  /** The slot of the id, or the free one where it belongs: ids are as good as random, their first bytes choose it. */
  const slotOf = (id: Buffer): number => {
    const mask = words.length / WORDS - 1;
    for (let slot = id.readUInt32LE(0) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * CHUNK_ID_BYTES;
      if (words[slot * WORDS] === 0 || id.compare(ids, at, at + CHUNK_ID_BYTES) === 0) return slot;
    }
  };
  const put = (id: Buffer, values: readonly [number, number, number]): void => {
    const slot = slotOf(id);
    if (words[slot * WORDS] !== 0) return;
    id.copy(ids, slot * CHUNK_ID_BYTES);
    words.set(values, slot * WORDS);
    size += 1;
  };
  const grow = (): void => {
    const [oldIds, old] = [ids, words];
    [ids, words] = arraysOf((old.length / WORDS) * 2);
    size = 0;
    for (let slot = 0; slot * WORDS < old.length; slot += 1) {
      const [piece, offset, length] = old.subarray(slot * WORDS) as unknown as [number, number, number];
      const at = slot * CHUNK_ID_BYTES;
      if (piece !== 0) put(oldIds.subarray(at, at + CHUNK_ID_BYTES), [piece, offset, length]);
    }
  };
  return {
    get size() {
      return size;
    },
    add(id, length, { piece, offset }) {
      if (size === CHUNKS_MAX) throw wrong('', `has more than ${CHUNKS_MAX} chunks`);
      if (size * 2 >= words.length / WORDS) grow();
      put(id, [piece + 1, offset, length]);
    },
    find(id, length) {
      const at = slotOf(id) * WORDS;
      const [piece, offset, found] = words.subarray(at, at + WORDS) as unknown as [number, number, number];
      return piece === 0 || found !== length ? undefined : { piece: piece - 1, offset };
    },
  };
}

function arraysOf(slots: number): [Buffer, Uint32Array] {
  return [Buffer.alloc(slots * CHUNK_ID_BYTES), new Uint32Array(slots * WORDS)];
}
