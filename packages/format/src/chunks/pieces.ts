import type { Extent } from '../catalog-document.ts';
import type { ChunkPlace } from './known-chunks.ts';

/** Of a piece: segment, offset, length. */
const WORDS = 3;

/** The pieces of all files of a full, in typed arrays. */
export interface Pieces {
  readonly size: number;
  /** `bytes`: segment, offset and length, of 32 bits each, big-endian. */
  add(bytes: Buffer): void;
  /** The place of the chunk that follows one of `length` bytes; its piece may be one that there is not. */
  after(place: ChunkPlace, length: number): ChunkPlace;
  /** Where a differential's catalog says that the bytes are. */
  extents(place: ChunkPlace, length: number): readonly Extent[];
}

export function createPieces(): Pieces {
  let words = new Uint32Array(WORDS * 1024);
  let size = 0;
  const lengthOf = (piece: number): number => words[piece * WORDS + 2] as number;
  return {
    get size() {
      return size;
    },
    add(bytes) {
      if (size * WORDS === words.length) {
        const larger = new Uint32Array(words.length * 2);
        larger.set(words);
        words = larger;
      }
      for (let word = 0; word < WORDS; word += 1) words[size * WORDS + word] = bytes.readUInt32BE(word * 4);
      size += 1;
    },
    after({ piece: first, offset }, length) {
      let piece = first;
      let rest = offset + length;
      for (; piece < size && rest >= lengthOf(piece); piece += 1) rest -= lengthOf(piece);
      return { piece, offset: rest };
    },
    extents({ piece: first, offset: from }, length) {
      const extents: Extent[] = [];
      for (let piece = first, offset = from, rest = length; rest > 0; piece += 1, offset = 0) {
        const taken = Math.min(rest, lengthOf(piece) - offset);
        extents.push([words[piece * WORDS] as number, (words[piece * WORDS + 1] as number) + offset, taken, 1]);
        rest -= taken;
      }
      return extents;
    },
  };
}
