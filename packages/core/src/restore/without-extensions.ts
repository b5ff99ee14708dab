import type { CatalogTable } from '@postgres-backuper/format';
import type { Toc } from '@postgres-backuper/postgres';

/** The tables without those of extensions that are left out: nothing would make them. Pure. */
export function withoutExtensions(
  tables: readonly CatalogTable[],
  { entries }: Pick<Toc, 'entries'>,
  excluded: readonly string[] = [],
): readonly CatalogTable[] {
  const isExcluded = ({ description, tag }: Toc['entries'][number]): boolean =>
    description === 'EXTENSION' && excluded.includes(tag);
  const extensions = new Set(entries.filter(isExcluded).map(({ dumpId }) => dumpId));
  if (extensions.size === 0) return tables;
  const ofThem = entries.filter((entry) => entry.hasData && entry.dependencies.some((id) => extensions.has(id)));
  const left = new Set(ofThem.map(({ dumpId }) => dumpId));
  return tables.filter(({ dumpId, load }) => load !== 'in-order' || !left.has(dumpId));
}
