import {
  type CopyDigest,
  inOrderOf,
  parseSliceName,
  type RowsSlice,
  type SlicedRows,
  type WholeRows,
} from '@postgres-backuper/format';

type Rows = Pick<RowsSlice, 'rows' | 'bytes'> & (WholeRows | SlicedRows);
type Copies = ReadonlyMap<string, CopyDigest>;

/**
 * What the catalog says of the rows in a data file: of one with slices the sums, and each slice. Undefined: the terminator is
 * missing, so the dump is incomplete. Throws RangeError where a slice is missing.
 */
export function rowsOfFiles(digests: Copies): (file: string) => Rows | undefined {
  const sliced = new Map<string, Map<number, CopyDigest>>();
  for (const [name, digest] of digests) {
    const slice = parseSliceName(name);
    if (slice === undefined) continue;
    sliced.set(slice.file, (sliced.get(slice.file) ?? new Map()).set(slice.number, digest));
  }
  return (file) => {
    const slices = sliced.get(file);
    return slices === undefined ? digests.get(file)?.copy : together(inOrderOf(slices, file));
  };
}

function together(digests: readonly CopyDigest[]): Rows | undefined {
  const slices = digests.flatMap(({ copy }) => copy ?? []);
  if (slices.length < digests.length) return undefined;
  return {
    rows: slices.reduce((sum, { rows }) => sum + rows, 0),
    bytes: slices.reduce((sum, { bytes }) => sum + bytes, 0),
    slices,
  };
}
