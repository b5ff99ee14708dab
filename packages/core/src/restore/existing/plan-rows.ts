import {
  type ExistingKey,
  type ExistingSequence,
  type ExistingTable,
  type ExistingTables,
  type ExistingTrigger,
  LOCK_MODES,
  type LockMode,
  type SequenceValue,
} from '@postgres-backuper/postgres';
import { orderByKeys } from './order-by-keys.ts';
import { type PartitionTrees, partitionTrees } from './partition-trees.ts';
import type { WantedRows, WantedTable } from './wanted-rows.ts';

/** What the transaction does, in the order of its steps. */
export interface RowsPlan {
  readonly trees: PartitionTrees;
  /** The strongest first. */
  readonly locks: readonly { readonly mode: LockMode; readonly tables: readonly ExistingTable[] }[];
  /** Triggers that are off meanwhile. */
  readonly triggers: readonly (ExistingTrigger & { readonly on: ExistingTable })[];
  /** Keys that are deferred meanwhile. */
  readonly keys: readonly (ExistingKey & { readonly on: ExistingTable })[];
  /** `whole`: with all partitions. */
  readonly truncated: readonly { readonly table: ExistingTable; readonly whole: boolean }[];
  /** In the order in which they are loaded. */
  readonly tables: readonly (WantedTable & { readonly oid: string })[];
  readonly sequences: readonly SequenceToSet[];
}

export interface SequenceToSet {
  readonly sequence: ExistingSequence;
  readonly value: SequenceValue;
  /** Also to a value that it has passed. */
  readonly mayGoBack: boolean;
}

/** Pure. What the database does not have is not in it. */
export function planRows(wanted: WantedRows, facts: ExistingTables, truncate: boolean): RowsPlan {
  const trees = partitionTrees(facts);
  const targets = wanted.tables.flatMap((table) => {
    const existing = trees.named(table.into);
    return existing === undefined ? [] : [{ ...table, oid: existing.oid }];
  });
  const { tables, toDefer } = orderByKeys(targets, facts, trees);
  const touched = new Map(targets.flatMap(({ oid }) => trees.under(oid)).map((table) => [table.oid, table]));
  const truncated = truncate ? toTruncate(targets, trees) : [];
  const emptied = truncated.flatMap(({ table }) => trees.under(table.oid));
  const all = new Map([...touched.values(), ...emptied].map((table) => [table.oid, table]));
  const triggers = facts.triggers
    .filter(({ enabled }) => enabled !== 'D')
    .flatMap((one) => on(one, all.get(one.table)));
  const keys = toDefer.flatMap((one) => on(one, trees.withOid(one.table)));
  const bySequence = new Map(facts.sequences.map((one) => [JSON.stringify([one.schema, one.name]), one]));
  return {
    ...{ trees, triggers, keys, truncated, tables },
    locks: locksFor({
      'ROW EXCLUSIVE': targets.flatMap(({ oid }) => trees.withOid(oid) ?? []),
      'SHARE ROW EXCLUSIVE': triggers.map((trigger) => trigger.on),
      'ACCESS EXCLUSIVE': [...emptied, ...keys.flatMap((key) => trees.under(key.table))],
    }),
    sequences: wanted.sequences.flatMap(({ value, schema, name }) => {
      const sequence = bySequence.get(JSON.stringify([schema, name]));
      const mayGoBack = truncate && touched.has(sequence?.ownedBy ?? '');
      return sequence === undefined ? [] : [{ sequence, value, mayGoBack }];
    }),
  };
}

function on<One>(one: One, table: ExistingTable | undefined): readonly (One & { readonly on: ExistingTable })[] {
  return table === undefined ? [] : [{ ...one, on: table }];
}

/** The chosen tables, and partitioned ones of which every partition is chosen: keys may refer to them. */
function toTruncate(targets: readonly { readonly oid: string }[], trees: PartitionTrees): RowsPlan['truncated'] {
  const chosen = new Set(targets.flatMap(({ oid }) => trees.under(oid)).map(({ oid }) => oid));
  const above = new Map(targets.flatMap(({ oid }) => trees.above(oid)).map((table) => [table.oid, table]));
  const isWhole = (oid: string): boolean =>
    chosen.has(oid) || (above.has(oid) && trees.partitionsOf(oid).every((one) => isWhole(one.oid)));
  const tables = [...new Set(targets.map(({ oid }) => oid)), ...above.keys()].filter(isWhole);
  return tables.flatMap((oid) => trees.withOid(oid) ?? []).map((table) => ({ table, whole: table.kind === 'p' }));
}

/** Each table once, by the strongest lock that it needs. */
function locksFor(tables: Readonly<Record<LockMode, readonly ExistingTable[]>>): RowsPlan['locks'] {
  const seen = new Set<string>();
  return LOCK_MODES.toReversed().flatMap((mode) => {
    const left = tables[mode].filter(({ oid }) => !seen.has(oid));
    const once = [...new Map(left.map((table) => [table.oid, table])).values()].sort(
      (a, b) => Number(a.oid) - Number(b.oid),
    );
    for (const { oid } of once) seen.add(oid);
    return once.length === 0 ? [] : [{ mode, tables: once }];
  });
}
