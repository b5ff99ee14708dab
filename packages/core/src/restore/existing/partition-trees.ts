import type { ExistingTable, ExistingTables, QualifiedRelation } from '@postgres-backuper/postgres';

/** The tables of a database by name and by oid, with their partitions. */
export interface PartitionTrees {
  named(relation: QualifiedRelation): ExistingTable | undefined;
  withOid(oid: string): ExistingTable | undefined;
  /** Direct partitions. */
  partitionsOf(oid: string): readonly ExistingTable[];
  /** The table and all that is below it. */
  under(oid: string): readonly ExistingTable[];
  /** The partitioned tables above it, the nearest first. */
  above(oid: string): readonly ExistingTable[];
  /** Oid of the root of its tree; the table's own where it is in none. */
  rootOf(oid: string): string;
}

/** Pure. */
export function partitionTrees({ tables }: Pick<ExistingTables, 'tables'>): PartitionTrees {
  const byName = new Map(tables.map((table) => [keyOf(table), table]));
  const byOid = new Map(tables.map((table) => [table.oid, table]));
  const partitions = new Map<string, ExistingTable[]>();
  for (const table of tables) {
    if (table.parent === null) continue;
    const siblings = partitions.get(table.parent);
    if (siblings === undefined) partitions.set(table.parent, [table]);
    else siblings.push(table);
  }
  const partitionsOf = (oid: string): readonly ExistingTable[] => partitions.get(oid) ?? [];
  const under = (oid: string): readonly ExistingTable[] => {
    const table = byOid.get(oid);
    return table === undefined ? [] : [table, ...partitionsOf(oid).flatMap((one) => under(one.oid))];
  };
  const above = (oid: string): readonly ExistingTable[] => {
    const parent = byOid.get(byOid.get(oid)?.parent ?? '');
    return parent === undefined ? [] : [parent, ...above(parent.oid)];
  };
  return {
    named: (relation) => byName.get(keyOf(relation)),
    withOid: (oid) => byOid.get(oid),
    partitionsOf,
    under,
    above,
    rootOf: (oid) => above(oid).at(-1)?.oid ?? oid,
  };
}

function keyOf({ schema, name }: QualifiedRelation): string {
  return JSON.stringify([schema, name]);
}
