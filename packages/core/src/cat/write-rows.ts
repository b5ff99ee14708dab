import type { CatalogTable } from '@postgres-backuper/format';
import { copyRows } from '../restore/copy-data.ts';
import { fileNamed, streamPieces } from '../restore/file-stream.ts';
import type { OpenedBackup } from '../restore/opened-backup.ts';
import { createSegments } from '../restore/segments.ts';
import { createCsvWriter } from './csv.ts';
import type { Output } from './output.ts';

/** Segments in memory: partitions may share them. */
const KEEP = 4;

export interface Writing {
  readonly backup: OpenedBackup;
  readonly output: Output;
  readonly format: 'text' | 'csv';
  /** In the dump's encoding. */
  readonly columns: readonly Buffer[];
}

/**
 * Writes the rows of the tables, one table after the other. False: nobody reads any more. Errors: those of
 * Segments.read and of the output, catalog-invalid.
 */
export async function writeRows(
  tables: readonly CatalogTable[],
  { backup, output, format, columns }: Writing,
  signal: AbortSignal,
): Promise<boolean> {
  const { catalog } = backup;
  const files = tables.map(({ file }) => fileNamed(catalog, file));
  const segments = createSegments(backup, { files, keep: KEEP }, signal);
  const csv = format === 'csv' ? createCsvWriter(columns) : undefined;
  if (csv !== undefined && !(await output.write(csv.header()))) return false;
  for (const table of tables) {
    for await (const rows of copyRows(streamPieces(segments, fileNamed(catalog, table.file)), table)) {
      for (const part of csv?.rows(rows) ?? [rows]) if (!(await output.write(part))) return false;
    }
  }
  return true;
}
