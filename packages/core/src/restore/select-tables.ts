import { BackuperError } from '@postgres-backuper/base';
import type { Catalog, CatalogTable } from '@postgres-backuper/format';

/**
 * The tables whose data is restored: all, or those named `schema.table` (or `table`, in every schema). Pure.
 * Errors: selection-empty for a name that the backup does not have.
 */
export function selectTables(catalog: Catalog, names: readonly string[] | undefined): readonly CatalogTable[] {
  if (names === undefined || names.length === 0) return catalog.tables;
  const matches = (name: string) => (table: CatalogTable) =>
    `${table.schema}.${table.table}` === name || table.table === name;
  const unknown = names.find((name) => !catalog.tables.some(matches(name)));
  if (unknown !== undefined) {
    throw new BackuperError('selection-empty', `backup '${catalog.label}' has no table '${unknown}'`, {
      hint: 'name tables as schema.table, exactly as they are written in the database',
    });
  }
  return catalog.tables.filter((table) => names.some((name) => matches(name)(table)));
}
