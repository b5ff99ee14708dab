import { type CatalogFile, type Extent, extentsOf, type ObjectEntry } from '@postgres-backuper/format';

/**
 * Stored bytes of each file, by its name: its share of each segment that holds a part of it, as if all parts of a segment
 * compressed alike. Of a differential only what it stored itself. Pure.
 */
export function storedBytesOf(
  files: readonly CatalogFile[],
  segments: { at(number: number): Pick<ObjectEntry, 'sizeBytes'> | undefined },
): ReadonlyMap<string, number> {
  const plain = new Map<number, number>();
  for (const file of files)
    for (const [segment, , length] of own(file)) plain.set(segment, (plain.get(segment) ?? 0) + length);
  const shareOf = (segment: number, length: number): number =>
    ((segments.at(segment)?.sizeBytes ?? 0) * length) / (plain.get(segment) || 1);
  return new Map(
    files.map((file) => {
      let bytes = 0;
      for (const [segment, , length] of own(file)) bytes += shareOf(segment, length);
      return [file.name, Math.round(bytes)];
    }),
  );
}

function* own(file: CatalogFile): Generator<Extent> {
  for (const extent of extentsOf(file)) if (extent[3] !== 1) yield extent;
}
