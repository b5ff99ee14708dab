import { BackuperError } from '@postgres-backuper/base';
import { type CatalogTable, firstSegmentOf } from '@postgres-backuper/format';
import { type CopyStatement, parseCopyStatement, type Toc } from '@postgres-backuper/postgres';
import type { OpenedBackup } from './opened-backup.ts';

export interface LoadPlan {
  /** In the order of their first segments, so that tables which share one are read together. */
  readonly parallel: readonly PlannedTable[];
  /** Tables of extensions, in the archive's order: foreign keys between them exist already. */
  readonly inOrder: readonly PlannedTable[];
}

export interface PlannedTable {
  readonly table: CatalogTable;
  readonly copy: CopyStatement;
  /** Dump id of the entry that makes the table; -1 if the archive has none. */
  readonly tableId: number;
}

/** Pure. The copy statements come from the archive, in its own encoding. Errors: catalog-invalid. */
export function planLoad(backup: OpenedBackup, toc: Toc, tables: readonly CatalogTable[]): LoadPlan {
  const entries = new Map(toc.entries.map((entry, position) => [entry.dumpId, { entry, position }]));
  const firstSegment = new Map(backup.catalog.files.map((file) => [file.name, firstSegmentOf(file)]));
  const planned = tables.map((table) => {
    const found = entries.get(table.dumpId);
    if (found === undefined || found.entry.copyStatement !== table.copyStatement) {
      throw new BackuperError('catalog-invalid', `the archive has no data of table '${table.schema}.${table.table}'`);
    }
    const copy = parseCopyStatement(found.entry.copyStatementBytes);
    const tableId = found.entry.dependencies[0] ?? -1;
    return { table, copy, tableId, position: found.position, segment: firstSegment.get(table.file) ?? 0 };
  });
  return {
    parallel: planned
      .filter(({ table }) => table.load !== 'in-order')
      .sort((a, b) => a.segment - b.segment || b.table.bytes - a.table.bytes),
    inOrder: planned.filter(({ table }) => table.load === 'in-order').sort((a, b) => a.position - b.position),
  };
}
