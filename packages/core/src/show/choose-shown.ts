import { BackuperError, say } from '@postgres-backuper/base';
import type { Catalog, CatalogTable } from '@postgres-backuper/format';
import { parseNamePattern } from '@postgres-backuper/postgres';
import { readableText, unknownTable } from '../restore/table-names.ts';

/**
 * The tables that match one of the patterns, which are those of psql and pg_dump; without patterns all. A pattern
 * without schema matches in every schema. Pure. Errors: selection-empty, configuration-invalid.
 */
export function chooseShown(catalog: Catalog, patterns: readonly string[]): readonly CatalogTable[] {
  const { tables, dump } = catalog;
  if (patterns.length === 0) return tables;
  const chosen = new Set<CatalogTable>();
  for (const pattern of patterns) {
    const matches = matcherOf(pattern, dump.encoding);
    const found = tables.filter(matches);
    if (found.length === 0) throw unknownTable(pattern, catalog, tables);
    for (const table of found) chosen.add(table);
  }
  return tables.filter((table) => chosen.has(table));
}

function matcherOf(pattern: string, encoding: string): (table: CatalogTable) => boolean {
  const { schema, name } = parseNamePattern(pattern);
  const isName = expressionOf(name);
  const isSchema = schema === undefined ? undefined : expressionOf(schema);
  return (table) =>
    isName.test(readableText(table.table, encoding)) && (isSchema?.test(readableText(table.schema, encoding)) ?? true);
}

function expressionOf(source: string): RegExp {
  try {
    return new RegExp(source, 'su');
  } catch {
    throw new BackuperError('configuration-invalid', `${say.given('table')} is not a pattern of psql`, {
      hint: `write * for any characters, ? for one, as in ${say.option('table', 'public.order*')}`,
    });
  }
}
