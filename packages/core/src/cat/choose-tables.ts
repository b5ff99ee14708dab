import { BackuperError, say } from '@postgres-backuper/base';
import type { Catalog, CatalogTable } from '@postgres-backuper/format';
import type { Toc, TocEntry } from '@postgres-backuper/postgres';
import { withPartitions } from '../restore/partitions.ts';
import { namedBy, readableName, unknownTable } from '../restore/table-names.ts';

/**
 * The tables whose rows `wanted` means: one, or all partitions below a partitioned table, by name. `readToc` is called
 * only where the catalog has no rows of that name. Errors: selection-empty, those of readToc.
 */
export async function chooseTables(
  catalog: Catalog,
  wanted: string,
  readToc: () => Promise<Toc>,
): Promise<readonly CatalogTable[]> {
  const { tables, dump } = catalog;
  const [table, second] = namedBy(wanted, tables, dump.encoding);
  if (table === undefined) return partitionsOf(catalog, wanted, await readToc());
  if (second === undefined) return [table];
  throw severalNamed(wanted, namedBy(wanted, tables, dump.encoding), dump.encoding);
}

/** What may be meant by the name of a table, though its rows are not in a file of its own. */
const RELATIONS = ['TABLE', 'FOREIGN TABLE', 'VIEW', 'MATERIALIZED VIEW', 'SEQUENCE'];

function partitionsOf(catalog: Catalog, wanted: string, toc: Toc): readonly CatalogTable[] {
  const { encoding } = catalog.dump;
  const relations = toc.entries
    .filter(({ description }) => RELATIONS.includes(description))
    .map((entry) => ({ schema: entry.schema, table: entry.tag, entry }));
  const found = namedBy(wanted, relations, encoding);
  const [relation, second] = found;
  if (relation === undefined) throw unknownTable(wanted, catalog, [...catalog.tables, ...relations]);
  if (second !== undefined) throw severalNamed(wanted, found, encoding);
  const below = withPartitions([relation.entry], toc);
  const isBelow = ({ schema, table }: CatalogTable): boolean =>
    below.some((entry) => entry.schema === schema && entry.tag === table);
  const tables = catalog.tables.filter(isBelow);
  if (tables.length === 0) throw withoutRows(readableName(relation, encoding), relation.entry);
  return tables.sort((a, b) => (readableName(a, encoding) < readableName(b, encoding) ? -1 : 1));
}

function withoutRows(name: string, { description }: TocEntry): BackuperError {
  const kind = description.toLowerCase();
  return new BackuperError('selection-empty', `the backup has no rows of '${name}'`, {
    hint:
      kind === 'table'
        ? `its rows were left out of the backup, or it belongs to an extension: ${say.command('show')} names what was left out`
        : `it is a ${kind}: of one a backup has the definition alone`,
  });
}

function severalNamed(
  wanted: string,
  named: readonly { readonly schema: string; readonly table: string }[],
  encoding: string,
): BackuperError {
  const names = named.slice(0, 5).map((one) => `'${readableName(one, encoding)}'`);
  const more = named.length > names.length ? ` and ${named.length - names.length} more` : '';
  return new BackuperError('selection-empty', `'${wanted}' may be ${names.join(', ')}${more}`, {
    hint: 'name the table with its schema',
  });
}
