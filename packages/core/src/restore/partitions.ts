import type { Toc, TocEntry } from '@postgres-backuper/postgres';

/** The tables, each partitioned one with its partitions and theirs. Pure. */
export function withPartitions(tables: readonly TocEntry[], toc: Toc): readonly TocEntry[] {
  if (tables.length === 0) return tables;
  const partitions = partitionsByParent(toc);
  const all = new Set(tables);
  for (const table of all) for (const partition of partitions.get(table.dumpId) ?? []) all.add(partition);
  return [...all];
}

/** `TABLE ATTACH` has the name of the partition, and depends on it and on its partitioned table. */
function partitionsByParent({ entries }: Toc): ReadonlyMap<number, readonly TocEntry[]> {
  const byId = new Map(entries.map((entry) => [entry.dumpId, entry]));
  const partitions = new Map<number, TocEntry[]>();
  for (const { description, schema, tag, dependencies } of entries) {
    if (description !== 'TABLE ATTACH') continue;
    const pair = dependencies.flatMap((dumpId) => byId.get(dumpId) ?? []);
    const child = pair.find((entry) => entry.schema === schema && entry.tag === tag);
    const parent = pair.find((entry) => entry !== child);
    if (child === undefined || parent === undefined) continue;
    const siblings = partitions.get(parent.dumpId);
    if (siblings === undefined) partitions.set(parent.dumpId, [child]);
    else siblings.push(child);
  }
  return partitions;
}
