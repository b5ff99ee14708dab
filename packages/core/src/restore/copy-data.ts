import { BackuperError } from '@postgres-backuper/base';
import {
  type CatalogTable,
  COPY_TERMINATOR,
  createSlicesDigest,
  type RowsSlice,
  rowSlicesOf,
} from '@postgres-backuper/format';

const END_OF_DATA = Buffer.from('\n\\.');

/**
 * The rows of a table's data file, without the terminator. psql would run text after a line `\.` as commands: such a
 * line in the middle, which pg_dump never writes, is an error before any byte of its piece is released. At the end,
 * size, SHA-256 and terminator are compared with the catalog. Errors: catalog-invalid.
 */
export function copyRows(pieces: AsyncIterable<Buffer>, table: CatalogTable): AsyncGenerator<Buffer> {
  return compared(pieces, table, { slices: rowSlicesOf(table), end: COPY_TERMINATOR });
}

/**
 * The same of one slice; the terminator is the end of the last one. `number`: from 1. Errors: catalog-invalid, also where
 * the table has no such slice.
 */
export function copySlice(pieces: AsyncIterable<Buffer>, table: CatalogTable, number: number): AsyncGenerator<Buffer> {
  const all = rowSlicesOf(table);
  const slice = all[number - 1];
  if (slice === undefined) throw notCopyData(table);
  const end = number === all.length ? COPY_TERMINATOR : Buffer.alloc(0);
  return compared(pieces, table, { slices: [slice], end });
}

async function* compared(
  pieces: AsyncIterable<Buffer>,
  table: CatalogTable,
  { slices: wanted, end }: { readonly slices: readonly RowsSlice[]; readonly end: Buffer },
): AsyncGenerator<Buffer> {
  const slices = createSlicesDigest(wanted);
  let left = wanted.reduce((sum, { bytes }) => sum + bytes, 0);
  let before = Buffer.from('\n'); // the data begin at the start of a line
  let tail = Buffer.alloc(0);
  for await (const piece of pieces) {
    const rows = piece.subarray(0, Math.min(left, piece.length));
    tail = Buffer.concat([tail, piece.subarray(rows.length, rows.length + COPY_TERMINATOR.length + 1)]);
    left -= rows.length;
    if (rows.length === 0) continue;
    if (hasEndOfData(before, rows)) throw notCopyData(table);
    before = Buffer.concat([before, rows.subarray(-2)]).subarray(-2);
    slices.update(rows);
    yield rows;
  }
  const endsWithLine = before.at(-1) === 0x0a;
  if (left !== 0 || !endsWithLine || !tail.equals(end) || !slices.isSame()) {
    throw notCopyData(table);
  }
}

function hasEndOfData(before: Buffer, rows: Buffer): boolean {
  return rows.includes(END_OF_DATA) || Buffer.concat([before, rows.subarray(0, 2)]).includes(END_OF_DATA);
}

function notCopyData({ schema, table }: CatalogTable): BackuperError {
  return new BackuperError('catalog-invalid', `the data of table '${schema}.${table}' is not what was backed up`, {
    hint: 'do not use this backup: either it is damaged, or somebody else made it',
  });
}
