import { type Catalog, type CatalogTable, rowSlicesOf } from '@postgres-backuper/format';
import { readableText } from '../restore/table-names.ts';
import { columnsOf } from '../show/describe-tables.ts';

export type Change = 'same' | 'changed' | 'new' | 'gone';
/** `unknown`: one of them was read in slices, which the other one has otherwise: no digest is of the same rows. */
export type TableChange = Change | 'unknown';

export interface TableCounts {
  readonly rows: number;
  /** Of its rows as COPY text. */
  readonly bytes: number;
}

export interface ComparedTable {
  readonly schema: string;
  readonly table: string;
  /** `same`: the rows have the same bytes in the same order. */
  readonly change: TableChange;
  readonly before: TableCounts | null;
  readonly after: TableCounts | null;
  readonly newColumns: readonly string[];
  readonly goneColumns: readonly string[];
}

/** Every table of one of them, by name. Pure. Errors: catalog-invalid. */
export function compareTables(before: Catalog, after: Catalog): readonly ComparedTable[] {
  const [old, now] = [byName(before), byName(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  return names.map((name) => compare(old.get(name), now.get(name)));
}

interface Side {
  readonly table: CatalogTable;
  readonly encoding: string;
}

function byName({ tables, dump: { encoding } }: Catalog): ReadonlyMap<string, Side> {
  return new Map(
    tables.map((table) => [
      [table.schema, table.table].map((part) => readableText(part, encoding)).join('\0'),
      { table, encoding },
    ]),
  );
}

function compare(old: Side | undefined, now: Side | undefined): ComparedTable {
  const { table, encoding } = (now ?? old) as Side;
  const [oldColumns, nowColumns] = [old, now].map((side) => (side ? columnsOf(side.table, side.encoding) : []));
  const inBoth = old !== undefined && now !== undefined;
  return {
    schema: readableText(table.schema, encoding),
    table: readableText(table.table, encoding),
    change: changeOf(old?.table, now?.table),
    before: countsOf(old),
    after: countsOf(now),
    newColumns: inBoth ? without(nowColumns, oldColumns) : [],
    goneColumns: inBoth ? without(oldColumns, nowColumns) : [],
  };
}

/** The copy statement as well: the same values may be in other columns. */
function changeOf(old: CatalogTable | undefined, now: CatalogTable | undefined): TableChange {
  if (old === undefined) return 'new';
  if (now === undefined) return 'gone';
  const isCopiedSame = old.copyStatement === now.copyStatement && old.bytes === now.bytes && old.rows === now.rows;
  if (!isCopiedSame) return 'changed';
  const [before, after] = [rowSlicesOf(old), rowSlicesOf(now)];
  if (before.map(({ bytes }) => bytes).join() !== after.map(({ bytes }) => bytes).join()) return 'unknown';
  return before.every(({ sha256 }, index) => sha256 === after[index]?.sha256) ? 'same' : 'changed';
}

function countsOf(side: Side | undefined): TableCounts | null {
  return side === undefined ? null : { rows: side.table.rows, bytes: side.table.bytes };
}

function without(all: readonly string[] = [], others: readonly string[] = []): readonly string[] {
  return all.filter((one) => !others.includes(one));
}
