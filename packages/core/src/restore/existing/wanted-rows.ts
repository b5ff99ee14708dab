import { type Catalog, textOfBytes } from '@postgres-backuper/format';
import {
  LARGE_OBJECTS_FILE,
  type QualifiedRelation,
  type SequenceValue,
  type Toc,
  type TocEntry,
} from '@postgres-backuper/postgres';
import type { OpenedBackup } from '../opened-backup.ts';
import { type PlannedTable, planLoad } from '../plan-load.ts';
import type { SelectedObjects } from '../select-objects.ts';
import { listed } from '../target/finding.ts';
import { columnTypes } from './column-types.ts';

/** A table whose rows are loaded. */
export interface WantedTable extends PlannedTable {
  /** The table that the rows go into: a partition, or the root of its tree. */
  readonly into: QualifiedRelation;
  /** Of the columns whose types the backup says. */
  readonly types: ReadonlyMap<string, string>;
}

export interface WantedSequence extends QualifiedRelation {
  readonly value: SequenceValue;
}

/** What a restore of rows loads and sets. */
export interface WantedRows {
  readonly tables: readonly WantedTable[];
  readonly sequences: readonly WantedSequence[];
  readonly hasLargeObjects: boolean;
  /** What it leaves out of that: sentences. */
  readonly leftOut: readonly string[];
}

/** Pure. `kept`: the entries that were chosen. Errors: catalog-invalid. */
export function wantedRows(
  backup: OpenedBackup,
  toc: Toc,
  { selected, kept }: { readonly selected: SelectedObjects; readonly kept: readonly TocEntry[] },
): WantedRows {
  const { parallel, inOrder } = planLoad(backup, toc, selected.tables);
  const definitions = new Map(toc.entries.map((entry) => [entry.dumpId, entry.definition]));
  const tables = parallel.map((planned) => {
    const [schema, name] = planned.copy.table.map(textOfBytes) as [string, string];
    const types = columnTypes(definitions.get(planned.tableId) ?? '');
    return { ...planned, into: { schema, name }, types };
  });
  const loaded = new Set(parallel.map(({ tableId }) => tableId));
  return {
    tables,
    sequences: wantedSequences(kept, toc, loaded),
    hasLargeObjects: selected.largeObjects && hasLargeObjects(backup.catalog),
    leftOut: extensionTexts(inOrder),
  };
}

function hasLargeObjects({ files }: Catalog): boolean {
  return files.some(({ name }) => name === LARGE_OBJECTS_FILE);
}

function extensionTexts(tables: readonly PlannedTable[]): readonly string[] {
  if (tables.length === 0) return [];
  const names = tables.map(({ table }) => `${table.schema}.${table.table}`);
  return [`left out of the restore: rows of extensions ${listed(names)}`];
}

const SET = /^SELECT pg_catalog\.setval\('(?:[^']|'')*', (-?\d+), (true|false)\);\s*$/;

/** Not the sequences of extensions, nor those of tables whose rows are not loaded. */
function wantedSequences(kept: readonly TocEntry[], toc: Toc, loaded: ReadonlySet<number>): readonly WantedSequence[] {
  const owners = ownersOfSequences(toc);
  return kept.flatMap((entry) => {
    if (entry.description !== 'SEQUENCE SET') return [];
    const [, last, called] = SET.exec(entry.definition) ?? [];
    const ids = owners.get(keyOf(entry));
    if (last === undefined || ids === undefined || (ids.length > 0 && !ids.some((id) => loaded.has(id)))) return [];
    return [{ schema: entry.schema, name: entry.tag, value: { last, isCalled: called === 'true' } }];
  });
}

/** Dump ids of the tables whose columns own them; empty: none. */
function ownersOfSequences({ entries }: Toc): ReadonlyMap<string, readonly number[]> {
  const tables = new Set(entries.filter(({ description }) => description === 'TABLE').map(({ dumpId }) => dumpId));
  const owners = new Map<string, number[]>();
  for (const entry of entries) {
    if (entry.description !== 'SEQUENCE' && entry.description !== 'SEQUENCE OWNED BY') continue;
    const ids = entry.dependencies.filter((id) => tables.has(id));
    owners.set(keyOf(entry), [...(owners.get(keyOf(entry)) ?? []), ...ids]);
  }
  return owners;
}

function keyOf({ schema, tag }: TocEntry): string {
  return JSON.stringify([schema, tag]);
}
