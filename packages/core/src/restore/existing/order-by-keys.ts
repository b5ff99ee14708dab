import type { ExistingKey, ExistingTables } from '@postgres-backuper/postgres';
import type { PartitionTrees } from './partition-trees.ts';

/** Tables in the order in which they are loaded, and the keys that this order does not fulfil at once. */
export interface OrderedByKeys<Table> {
  readonly tables: readonly Table[];
  /** Keys as they were made, not those that partitions have of them; not deferrable by themselves. */
  readonly toDefer: readonly ExistingKey[];
}

/**
 * Pure. A table comes after those that it refers to; in a circle one has to come first. All partitions of a table come
 * together. A key of a table that refers to itself holds at the end of its COPY, if no other partition is loaded.
 */
export function orderByKeys<Table extends { readonly oid: string }>(
  tables: readonly Table[],
  { keys }: Pick<ExistingTables, 'keys'>,
  trees: PartitionTrees,
): OrderedByKeys<Table> {
  const trunks = new Map<string, Table[]>();
  for (const table of tables) {
    const root = trees.rootOf(table.oid);
    const same = trunks.get(root);
    if (same === undefined) trunks.set(root, [table]);
    else same.push(table);
  }
  const between = keys
    .map((key) => ({ key, from: trees.rootOf(key.table), to: trees.rootOf(key.refersTo) }))
    .filter(({ from, to }) => trunks.has(from) && trunks.has(to));
  const order = sorted([...trunks.keys()], between);
  const isFulfilled = ({ from, to }: { from: string; to: string }): boolean =>
    from === to ? trunks.get(from)?.length === 1 : (order.get(to) ?? 0) < (order.get(from) ?? 0);
  const open = between.filter((pair) => !isFulfilled(pair)).map(({ key }) => originalOf(key, keys));
  return {
    tables: [...order.keys()].flatMap((root) => trunks.get(root) ?? []),
    toDefer: [...new Set(open)].filter(({ isDeferrable }) => !isDeferrable),
  };
}

/** Each with its place: after what it refers to, as far as there is no circle. */
function sorted(
  roots: readonly string[],
  pairs: readonly { readonly from: string; readonly to: string }[],
): ReadonlyMap<string, number> {
  const needs = new Map<string, string[]>(roots.map((root) => [root, []]));
  for (const { from, to } of pairs) needs.get(from)?.push(to);
  const order = new Map<string, number>();
  const seen = new Set<string>();
  const visit = (root: string): void => {
    if (seen.has(root)) return;
    seen.add(root);
    for (const other of needs.get(root) ?? []) visit(other);
    order.set(root, order.size);
  };
  for (const root of roots) visit(root);
  return order;
}

function originalOf(key: ExistingKey, keys: readonly ExistingKey[]): ExistingKey {
  const parent = keys.find(({ oid }) => oid === key.parent);
  return parent === undefined ? key : originalOf(parent, keys);
}
