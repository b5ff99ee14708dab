import type { CatalogFile, CatalogTable, Extent, RowsSlice, SlicedFile, StoredFile } from './catalog-document.ts';

/** Most slices of a file: their numbers have four digits. */
export const SLICES_MAX = 9999;

const SLICE_NAME = /^(\d{1,10}\.dat)\.(\d{4})$/;

/** What the pieces of a slice are named after, `3456.dat.0001`: slices sort in their order. `number`: from 1. */
export function sliceName(file: string, number: number): string {
  return `${file}.${String(number).padStart(4, '0')}`;
}

/** Undefined: it is a whole file. */
export function parseSliceName(name: string): { readonly file: string; readonly number: number } | undefined {
  const [, file, digits] = SLICE_NAME.exec(name) ?? [];
  return file === undefined ? undefined : { file, number: Number(digits) };
}

/** The data file of a table that it is, or is a slice of. */
export function wholeFileOf(name: string): string {
  return parseSliceName(name)?.file ?? name;
}

export function isSliced(file: CatalogFile): file is SlicedFile {
  return 'slices' in file;
}

/** What is stored of a file: itself, or its slices, which are the file when they are put together in this order. */
export function storedFilesOf(file: CatalogFile): readonly StoredFile[] {
  if (!isSliced(file)) return [file];
  return file.slices.map((slice, index) => ({ name: sliceName(file.name, index + 1), ...slice }));
}

/** Where all bytes of a file are, in their order. */
export function* extentsOf(file: CatalogFile): Generator<Extent> {
  for (const { extents } of storedFilesOf(file)) yield* extents;
}

/** Number of the segment with the first bytes of a file; 0 for an empty one. */
export function firstSegmentOf(file: CatalogFile): number {
  for (const [segment] of extentsOf(file)) return segment;
  return 0;
}

/** Files whose bytes begin near each other are adjacent. */
export function inOrderOfSegments(files: readonly CatalogFile[]): readonly CatalogFile[] {
  return files.toSorted((a, b) => firstSegmentOf(a) - firstSegmentOf(b));
}

/** The parts of a table's COPY stream that have a digest of their own: all of it, or its slices. */
export function rowSlicesOf(table: CatalogTable): readonly RowsSlice[] {
  if ('slices' in table) return table.slices;
  const { rows, bytes, sha256 } = table;
  return [{ rows, bytes, sha256 }];
}

/** Files of a catalog from what was stored. Throws RangeError where a slice is missing. */
export function joinSlices(stored: readonly StoredFile[]): readonly CatalogFile[] {
  const whole = stored.filter(({ name }) => parseSliceName(name) === undefined);
  const sliced = slicesOfFiles(stored.map((one) => [one.name, one]));
  return [...whole, ...Array.from(sliced, ([name, slices]) => joined(name, slices))];
}

function joined(name: string, stored: readonly StoredFile[]): SlicedFile {
  const sizeBytes = stored.reduce((sum, slice) => sum + slice.sizeBytes, 0);
  return { name, sizeBytes, slices: stored.map(({ name: _, ...slice }) => slice) };
}

/**
 * What belongs to the slices of each file, in their order, from what belongs to files and slices by their names. Throws
 * RangeError where a slice is missing.
 */
export function slicesOfFiles<One>(named: Iterable<readonly [name: string, One]>): ReadonlyMap<string, readonly One[]> {
  const sliced = new Map<string, Map<number, One>>();
  for (const [name, one] of named) {
    const slice = parseSliceName(name);
    if (slice === undefined) continue;
    sliced.set(slice.file, (sliced.get(slice.file) ?? new Map()).set(slice.number, one));
  }
  return new Map(Array.from(sliced, ([file, slices]) => [file, inOrderOf(slices, file)]));
}

/** From number 1 on, each. Throws RangeError where one is missing. */
function inOrderOf<Slice>(slices: ReadonlyMap<number, Slice>, name: string): readonly Slice[] {
  return Array.from({ length: slices.size }, (_, index) => {
    const slice = slices.get(index + 1);
    if (slice === undefined) throw new RangeError(`slice ${index + 1} of '${name}' is missing`);
    return slice;
  });
}
