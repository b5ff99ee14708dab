import type { Catalog, CatalogTable } from '@postgres-backuper/format';
import { namedBy, unknownTable } from './table-names.ts';

/**
 * The tables whose data is restored: all, or those named `schema.table` (or `table`, in every schema). Pure.
 * Errors: selection-empty for a name that the backup does not have.
 */
export function selectTables(catalog: Catalog, names: readonly string[] | undefined): readonly CatalogTable[] {
  if (names === undefined || names.length === 0) return catalog.tables;
  const { tables, dump } = catalog;
  const chosen = new Set<CatalogTable>();
  for (const name of names) {
    const found = namedBy(name, tables, dump.encoding);
    if (found.length === 0) throw unknownTable(name, catalog, tables);
    for (const table of found) chosen.add(table);
  }
  return tables.filter((table) => chosen.has(table));
}
