import { type CatalogFile, type CatalogTable, type Extent, extentsOf } from '@postgres-backuper/format';
import type { DumpedDatabase } from './dump-snapshot.ts';

/** Most tables in each list. */
const LISTED = 5;

/** What a differential stores, beside its full. Sizes in bytes. */
export interface Saving {
  /** Of its full as stored. */
  readonly fullStoredBytes: number;
  /** Uncompressed, of all files: what its full has not. */
  readonly newBytes: number;
  /** At most five tables in which it did not pay: those with most new bytes first. */
  readonly changedTables: readonly TableSaving[];
  /** At most five tables in which it paid: those with most bytes that the full has first. */
  readonly sparedTables: readonly TableSaving[];
}

/** Uncompressed bytes. */
export interface TableSaving {
  readonly schema: string;
  readonly table: string;
  readonly bytes: number;
  /** Those of them that the full has not. */
  readonly newBytes: number;
}

/** Null: it is a full. Valid after the pipeline's `finish`. */
export function savingOf({ role, contents }: Pick<DumpedDatabase, 'role' | 'contents'>): Saving | null {
  if (role?.type !== 'differential') return null;
  const files = contents.files();
  const newIn = new Map(files.map((file) => [file.name, newBytesOf(file)]));
  const tables = contents.tables.map((table) => describe(table, newIn.get(table.file) ?? 0));
  return {
    fullStoredBytes: role.parent.totals.storedBytes,
    newBytes: files.reduce((sum, { name }) => sum + (newIn.get(name) ?? 0), 0),
    changedTables: largest(tables, ({ newBytes }) => newBytes),
    sparedTables: largest(tables, ({ bytes, newBytes }) => bytes - newBytes),
  };
}

function describe({ schema, table, bytes }: CatalogTable, newBytes: number): TableSaving {
  return { schema, table, bytes, newBytes };
}

function newBytesOf(file: CatalogFile): number {
  let bytes = 0;
  for (const extent of extentsOf(file)) bytes += ownBytes(extent);
  return bytes;
}

function ownBytes([, , length, inFull]: Extent): number {
  return inFull === 1 ? 0 : length;
}

function largest(tables: readonly TableSaving[], by: (table: TableSaving) => number): readonly TableSaving[] {
  const some = tables.filter((table) => by(table) > 0);
  return some.sort((a, b) => by(b) - by(a)).slice(0, LISTED);
}
