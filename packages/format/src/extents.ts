import type { Extent } from './catalog-document.ts';

/** Where the bytes of a file are, in their order. An array is one too. */
export interface Extents extends Iterable<Extent> {
  readonly length: number;
  at(index: number): Extent | undefined;
}

/** A list that grows, of 12 bytes of memory for an extent. */
export interface PackedExtents extends Extents {
  /** Throws RangeError for a number that no segment has. */
  add(extent: Extent): void;
  toJSON(): readonly Extent[];
}

/** Up to so many, an array takes less. */
const FEW = 64;
const WORDS = 3;
/** Extents of a page: memory grows by pages, so that nothing is copied. */
const PAGE = 4096;
/** Of the first page at first; a power of two less than a page. */
const LEAST = 16;
/** In the word of the segment: it is one of the parent. */
const IN_PARENT = 2 ** 31;
const PACKED = new WeakSet<object>();

export function isPacked(value: unknown): value is PackedExtents {
  return typeof value === 'object' && value !== null && PACKED.has(value);
}

/** The same extents in little memory. Throws RangeError as `add` does. */
export function pack(extents: readonly Extent[]): Extents {
  return extents.length <= FEW ? extents : createExtents(extents);
}

export function createExtents(extents: Iterable<Extent> = []): PackedExtents {
  const pages: Uint32Array[] = [];
  let length = 0;
  const at = (index: number): Extent | undefined => (index >= 0 && index < length ? read(pages, index) : undefined);
  const list: PackedExtents = {
    get length() {
      return length;
    },
    add(extent) {
      const number = Math.floor(length / PAGE);
      const page = withRoom(pages[number], { used: (length % PAGE) * WORDS, isFirst: number === 0 });
      page.set(wordsOf(extent), (length % PAGE) * WORDS);
      pages[number] = page;
      length += 1;
    },
    at,
    toJSON: () => [...list],
    *[Symbol.iterator]() {
      for (let index = 0; index < length; index += 1) yield read(pages, index);
    },
  };
  PACKED.add(list);
  for (const extent of extents) list.add(extent);
  return list;
}

/** The first page begins small: there are many short files. */
function withRoom(
  page: Uint32Array | undefined,
  { used, isFirst }: { readonly used: number; readonly isFirst: boolean },
): Uint32Array {
  if (page === undefined) return new Uint32Array((isFirst ? LEAST : PAGE) * WORDS);
  if (used < page.length) return page;
  const larger = new Uint32Array(2 * page.length);
  larger.set(page);
  return larger;
}

function wordsOf([segment, offset, bytes, inParent]: Extent): readonly number[] {
  const isRight = segment < IN_PARENT && [segment, offset, bytes].every((word) => word >= 0 && word < 2 ** 32);
  if (!isRight) throw new RangeError(`no segment has ${bytes} bytes at ${offset} of ${segment}`);
  return [inParent === 1 ? segment + IN_PARENT : segment, offset, bytes];
}

function read(pages: readonly Uint32Array[], index: number): Extent {
  const page = pages[Math.floor(index / PAGE)] as Uint32Array;
  const from = (index % PAGE) * WORDS;
  const [segment, offset, bytes] = [page[from] as number, page[from + 1] as number, page[from + 2] as number];
  return segment < IN_PARENT ? [segment, offset, bytes] : [segment - IN_PARENT, offset, bytes, 1];
}
