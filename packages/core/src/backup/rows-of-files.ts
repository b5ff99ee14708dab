import {
  type CopyDigest,
  type RowsSlice,
  type SlicedRows,
  slicesOfFiles,
  type WholeRows,
} from '@postgres-backuper/format';

type Rows = Pick<RowsSlice, 'rows' | 'bytes'> & (WholeRows | SlicedRows);
type Copies = ReadonlyMap<string, CopyDigest>;

/**
 * What the catalog says of the rows in a data file: of one with slices the sums, and each slice. Undefined: the terminator is
 * missing, so the dump is incomplete. Throws RangeError where a slice is missing.
 */
export function rowsOfFiles(digests: Copies): (file: string) => Rows | undefined {
  const sliced = slicesOfFiles(digests);
  return (file) => {
    const slices = sliced.get(file);
    return slices === undefined ? digests.get(file)?.copy : together(slices);
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
