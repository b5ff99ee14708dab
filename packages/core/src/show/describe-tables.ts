import { decodeText } from '@postgres-backuper/base';
import { bytesOfText, type CatalogTable } from '@postgres-backuper/format';
import { parseCopyStatement } from '@postgres-backuper/postgres';
import { readableText } from '../restore/table-names.ts';

export interface ShownTable {
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
  /** Of its rows as COPY text. */
  readonly bytes: number;
  /** Its share of the stored bytes: about, since tables share segments. */
  readonly storedBytes: number;
  /** Those that the backup has values of, so without generated ones. */
  readonly columns: readonly string[];
  /** Null: it was read in slices, each with a digest of its own. */
  readonly sha256: string | null;
}

/** The tables for people, largest first. `storedBytes`: by the names of their files. Pure. Errors: catalog-invalid. */
export function describeTables(
  tables: readonly CatalogTable[],
  storedBytes: ReadonlyMap<string, number>,
  encoding: string,
): readonly ShownTable[] {
  return tables
    .map((table) => ({
      schema: readableText(table.schema, encoding),
      table: readableText(table.table, encoding),
      rows: table.rows,
      bytes: table.bytes,
      storedBytes: storedBytes.get(table.file) ?? 0,
      columns: columnsOf(table, encoding),
      sha256: 'sha256' in table ? table.sha256 : null,
    }))
    .sort((a, b) => b.bytes - a.bytes || (`${a.schema}.${a.table}` < `${b.schema}.${b.table}` ? -1 : 1));
}

/** The columns of a table for people. Errors: catalog-invalid. */
export function columnsOf({ copyStatement }: CatalogTable, encoding: string): readonly string[] {
  return parseCopyStatement(bytesOfText(copyStatement)).names.map((name) => decodeText(name, encoding));
}
