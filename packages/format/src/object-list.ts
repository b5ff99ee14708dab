import { segmentName, segmentNumber } from './keys.ts';
import type { ObjectEntry } from './objects.ts';

/** Objects of a backup in the order of their keys. An array in this order is one too. */
export interface ObjectList extends Iterable<ObjectEntry> {
  readonly length: number;
  at(index: number): ObjectEntry | undefined;
}

/** A list that grows. Segments are packed: 41 bytes of memory for each, 57 with MD5. */
export interface PackedObjects extends ObjectList {
  /** In any order; an object with the same key is replaced. Throws RangeError for digests that are none. */
  add(entry: ObjectEntry): void;
  /** The segment of this number; undefined: it is not there. */
  segment(number: number): ObjectEntry | undefined;
  /** How many of the objects are segments. */
  readonly segments: number;
}

/** Segments of a page: memory grows by pages, so that nothing is copied. */
const PAGE = 16_384;
const [SHA256_BYTES, MD5_BYTES] = [32, 16];
const [IS_THERE, IS_ENCRYPTED, HAS_MD5] = [1, 2, 4];
/** Segments stand behind all objects whose keys are below this. */
const SEGMENTS_FROM = 'segment-';

export function createObjectList(entries: Iterable<ObjectEntry> = []): PackedObjects {
  const rows = createRows();
  const others = new Map<string, ObjectEntry>();
  const othersWhere = (wanted: (key: string) => boolean): ObjectEntry[] =>
    [...others.values()].filter(({ key }) => wanted(key)).sort((a, b) => (a.key < b.key ? -1 : 1));
  const before = (): ObjectEntry[] => othersWhere((key) => key < SEGMENTS_FROM);
  const after = (): ObjectEntry[] => othersWhere((key) => key >= SEGMENTS_FROM);
  const list: PackedObjects = {
    get length() {
      return rows.count + others.size;
    },
    get segments() {
      return rows.count;
    },
    add(entry) {
      const number = segmentNumber(entry.key);
      if (number === undefined) others.set(entry.key, entry);
      else rows.set(number, entry);
    },
    segment: rows.get,
    at(index) {
      const first = before();
      if (index < first.length) return first[index];
      const number = index - first.length;
      return number < rows.count ? rows.nth(number) : after()[number - rows.count];
    },
    *[Symbol.iterator]() {
      yield* before();
      yield* rows;
      yield* after();
    },
  };
  for (const entry of entries) list.add(entry);
  return list;
}

/** What is known of some segments. */
interface Page {
  /** How many segments of the page are there. */
  count: number;
  readonly flags: Uint8Array;
  readonly sizes: Float64Array;
  readonly sha256: Buffer;
  /** Undefined: no segment of the page has one. */
  md5: Buffer | undefined;
}

/** Segments by their numbers. */
function createRows() {
  const pages: (Page | undefined)[] = [];
  let count = 0;
  let end = 0;
  let starts: readonly Start[] | undefined;
  const get = (number: number): ObjectEntry | undefined => {
    const page = pages[Math.floor(number / PAGE)];
    return page === undefined ? undefined : read(page, number);
  };
  const all = function* (): Generator<ObjectEntry> {
    for (let number = 0; number < end; number += 1) {
      if (pages[Math.floor(number / PAGE)] === undefined) {
        number += PAGE - 1; // several workers stored them, each in a range of its own
        continue;
      }
      const entry = get(number);
      if (entry !== undefined) yield entry;
    }
  };
  return {
    get count() {
      return count;
    },
    get,
    /** The nth of those that are there. */
    nth(index: number): ObjectEntry | undefined {
      if (count === end) return get(index);
      starts ??= startsOf(pages); // several workers stored them
      const start = starts.findLast(({ first }) => first <= index);
      const row = start === undefined ? -1 : nthRow(start.page.flags, index - start.first);
      return start === undefined || row === -1 ? undefined : read(start.page, start.number + row);
    },
    set(number: number, entry: ObjectEntry): void {
      const at = Math.floor(number / PAGE);
      pages[at] ??= createPage();
      if (write(pages[at], number, entry)) {
        count += 1;
        pages[at].count += 1;
        starts = undefined;
      }
      end = Math.max(end, number + 1);
    },
    [Symbol.iterator]: all,
  };
}

/** A page, the number of its first row, and how many segments are there before it. */
interface Start {
  readonly page: Page;
  readonly number: number;
  readonly first: number;
}

function startsOf(pages: readonly (Page | undefined)[]): readonly Start[] {
  const starts: Start[] = [];
  let first = 0;
  for (const [index, page] of pages.entries()) {
    if (page === undefined) continue;
    starts.push({ page, number: index * PAGE, first });
    first += page.count;
  }
  return starts;
}

/** The row of the nth segment of a page, which mostly has no holes; -1: there are fewer. */
function nthRow(flags: Uint8Array, index: number): number {
  const hole = flags.indexOf(0);
  if (hole === -1 || index < hole) return index < flags.length ? index : -1;
  let left = index;
  return flags.findIndex((flag) => flag !== 0 && left-- === 0);
}

function createPage(): Page {
  const sha256 = Buffer.allocUnsafeSlow(PAGE * SHA256_BYTES);
  return { count: 0, flags: new Uint8Array(PAGE), sizes: new Float64Array(PAGE), sha256, md5: undefined };
}

/** Returns whether the row was free. */
function write(page: Page, number: number, { key, sizeBytes, sha256, md5 }: ObjectEntry): boolean {
  const row = number % PAGE;
  const isNew = page.flags[row] === 0;
  page.flags[row] =
    IS_THERE | (key === segmentName(number, true) ? IS_ENCRYPTED : 0) | (md5 === undefined ? 0 : HAS_MD5);
  page.sizes[row] = sizeBytes;
  writeDigest(page.sha256, { row, digest: sha256, bytes: SHA256_BYTES });
  if (md5 === undefined) return isNew;
  page.md5 ??= Buffer.allocUnsafeSlow(PAGE * MD5_BYTES);
  writeDigest(page.md5, { row, digest: md5, bytes: MD5_BYTES });
  return isNew;
}

function writeDigest(into: Buffer, { row, digest, bytes }: { row: number; digest: string; bytes: number }): void {
  const written = into.write(digest, row * bytes, bytes, 'hex');
  if (written !== bytes || digest.length !== 2 * bytes) throw new RangeError(`a digest of ${digest.length} characters`);
}

function read({ flags, sizes, sha256, md5 }: Page, number: number): ObjectEntry | undefined {
  const row = number % PAGE;
  const flag = flags[row] ?? 0;
  if (flag === 0) return undefined;
  return {
    key: segmentName(number, (flag & IS_ENCRYPTED) !== 0),
    sizeBytes: sizes[row] as number,
    sha256: sha256.toString('hex', row * SHA256_BYTES, (row + 1) * SHA256_BYTES),
    ...(md5 === undefined || (flag & HAS_MD5) === 0
      ? {}
      : { md5: md5.toString('hex', row * MD5_BYTES, (row + 1) * MD5_BYTES) }),
  };
}
