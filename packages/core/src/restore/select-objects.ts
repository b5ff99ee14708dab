import type { Catalog, CatalogTable } from '@postgres-backuper/format';
import type { Toc, TocEntry } from '@postgres-backuper/postgres';
import { isOfJournal } from './choose-entries.ts';
import type { EntrySection } from './entry-rules.ts';
import { dependentEntries, type NeededEntries, neededEntries } from './needed-entries.ts';
import { withPartitions } from './partitions.ts';
import { namedBy, readableText, unknownSchema, unknownTable } from './table-names.ts';

/** Which objects of a backup are restored; empty lists select everything. Names are exact. */
export interface ObjectSelection {
  /** `schema.table`, or `table` in every schema. A partitioned table takes its partitions along. */
  readonly tables: readonly string[];
  readonly schemas: readonly string[];
  readonly excludeTables: readonly string[];
  readonly excludeSchemas: readonly string[];
  readonly excludeTableData: readonly string[];
  /** No rows, values of sequences and large objects. */
  readonly schemaOnly: boolean;
  /** Default: all. */
  readonly sections?: readonly EntrySection[] | undefined;
}

export interface SelectedObjects {
  /** Tables whose rows are loaded. */
  readonly tables: readonly CatalogTable[];
  /** Dump ids of the entries to restore; undefined: all. */
  readonly needed: ReadonlySet<number> | undefined;
  /** Dump ids of the entries that were named; undefined: all. */
  readonly requested: ReadonlySet<number> | undefined;
  /** Parts of the selected objects that refer to others. */
  readonly cut: readonly TocEntry[];
  /** Whether large objects are restored: nobody knows which table they belong to. */
  readonly largeObjects: boolean;
}

/** Pure; without a selection everything. Errors: selection-empty for a name that the backup does not have. */
export function selectObjects(catalog: Catalog, toc: Toc, selection: ObjectSelection | undefined): SelectedObjects {
  const all = catalog.tables.filter((table) => !isOfJournal({ schema: table.schema }));
  if (selection === undefined)
    return { tables: all, needed: undefined, requested: undefined, cut: [], largeObjects: true };
  const { needed, cut, requested } = chooseNeeded(catalog, toc, selection);
  const tableIds = new Map(
    toc.entries.filter(({ hasData }) => hasData).map((entry) => [entry.dumpId, entry.dependencies[0]]),
  );
  const withoutRows = new Set(tablesNamed(selection.excludeTableData, catalog, toc).map(({ dumpId }) => dumpId));
  const hasRows = ({ dumpId }: CatalogTable): boolean => {
    const id = tableIds.get(dumpId) ?? -1;
    return (
      (requested === undefined || requested.has(id)) && (needed === undefined || needed.has(id)) && !withoutRows.has(id)
    );
  };
  const { schemaOnly, sections } = selection;
  const withRows = !schemaOnly && sections?.includes('data') !== false;
  return {
    tables: withRows ? all.filter(hasRows) : [],
    needed,
    requested,
    cut,
    largeObjects: needed === undefined && withRows,
  };
}

function chooseNeeded(catalog: Catalog, toc: Toc, selection: ObjectSelection) {
  const { tables, schemas, excludeTables, excludeSchemas } = selection;
  const wanted = [...tablesNamed(tables, catalog, toc), ...objectsIn(schemas, catalog, toc)];
  const isSelected = tables.length + schemas.length > 0;
  const requested = isSelected ? new Set(wanted.map(({ dumpId }) => dumpId)) : undefined;
  const chosen = {
    ...(isSelected ? withoutEmptyKeys(neededEntries(toc, wanted), toc, wanted) : { needed: undefined, cut: [] }),
    requested,
  };
  const unwanted = [...tablesNamed(excludeTables, catalog, toc), ...objectsIn(excludeSchemas, catalog, toc)];
  if (unwanted.length === 0) return chosen;
  const without = dependentEntries(toc, unwanted);
  const all = chosen.needed ?? new Set(toc.entries.map(({ dumpId }) => dumpId));
  const excluded = new Set(unwanted.map(({ dumpId }) => dumpId));
  const lost = toc.entries.filter(({ dumpId }) => all.has(dumpId) && without.has(dumpId) && !excluded.has(dumpId));
  const needed = new Set([...all].filter((id) => !without.has(id)));
  return { requested, needed, cut: [...chosen.cut, ...lost.filter((entry) => !isInside(entry, excluded))] };
}

/** A foreign key cannot hold where it refers to a table that is made without its rows. */
function withoutEmptyKeys(
  { needed, cut }: NeededEntries,
  { entries }: Toc,
  wanted: readonly TocEntry[],
): NeededEntries {
  const requested = new Set(wanted);
  const empty = new Set(
    entries.filter((entry) => entry.description === 'TABLE' && !requested.has(entry)).map(({ dumpId }) => dumpId),
  );
  const isEmptyKey = ({ description, dumpId, dependencies }: TocEntry): boolean =>
    description === 'FK CONSTRAINT' && needed.has(dumpId) && dependencies.some((id) => empty.has(id));
  const keys = entries.filter(isEmptyKey);
  const gone = new Set(keys.map(({ dumpId }) => dumpId));
  return { needed: new Set([...needed].filter((id) => !gone.has(id))), cut: [...cut, ...keys] };
}

/** Parts of an excluded object need not be told. */
function isInside({ dependencies, description }: TocEntry, excluded: ReadonlySet<number>): boolean {
  return description !== 'FK CONSTRAINT' && description !== 'VIEW' && dependencies.some((id) => excluded.has(id));
}

const TABLES = new Set(['TABLE', 'FOREIGN TABLE', 'MATERIALIZED VIEW', 'VIEW', 'SEQUENCE']);

function tablesNamed(names: readonly string[], catalog: Catalog, toc: Toc): readonly TocEntry[] {
  const all = toc.entries
    .filter(({ description }) => TABLES.has(description))
    .map((entry) => ({ schema: entry.schema, table: entry.tag, entry }));
  const found = names.flatMap((name) => {
    const matching = namedBy(name, all, catalog.dump.encoding);
    if (matching.length === 0) throw unknownTable(name, catalog, all);
    return matching.map(({ entry }) => entry);
  });
  return withPartitions(found, toc);
}

function objectsIn(names: readonly string[], catalog: Catalog, toc: Toc): readonly TocEntry[] {
  const { encoding } = catalog.dump;
  const isOf =
    (name: string) =>
    ({ schema, description, tag }: TocEntry): boolean =>
      readableText(description === 'SCHEMA' ? tag : schema, encoding) === name;
  return names.flatMap((name) => {
    const found = toc.entries.filter(isOf(name));
    if (found.length > 0) return found;
    throw unknownSchema(name, catalog, [...new Set(toc.entries.map(({ schema }) => schema))]);
  });
}
